from __future__ import annotations

import asyncio
import json
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import click

from gateway.stack.private_file import open_private
from gateway.stack.running import environment
from graph.connection import Graph
from graph.errors import Refusal
from graph.exporting.export import Part, export_parts
from graph.migrations import require_current_schema
from graph.people.reference import ProfileReference
from graph.settings import GraphSettings


@click.command
@click.argument("profile")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write, readable by you alone; otherwise it goes to standard output.",
)
def export(profile: str, out: Path | None) -> None:
    """Write everything that is known of PROFILE, an id like prf_01…, as one JSON document of any length."""
    target = nullcontext(sys.stdout) if out is None else open_private(out)
    with target as file:
        asyncio.run(_export(ProfileReference(id=profile), file))


async def _export(reference: ProfileReference, file: TextIO) -> None:
    graph = Graph.open(GraphSettings.from_environment(environment()))
    try:
        await require_current_schema(graph)
        await write_document(graph, reference, file)
    except Refusal as refusal:
        raise click.ClickException(refusal.user_errors[0].message) from None
    finally:
        await graph.close()


async def write_document(graph: Graph, reference: ProfileReference, file: TextIO) -> None:
    """The document of `export_parts`, part by part, so that a history of any length is never held whole."""
    document = _Document(file)
    async for part in export_parts(graph, reference):
        document.write(part)
    document.end()


@dataclass(slots=True)
class _Document:
    """One JSON object, written entry by entry: the parts of one name become one list."""

    file: TextIO
    name: str | None = None
    before_entry: str = ""
    after_value: str = ""

    def write(self, part: Part) -> None:
        is_list = isinstance(part.value, list)
        if part.name != self.name:
            self.file.write(f"{self.after_value}{'{' if self.name is None else ','}\n{json.dumps(part.name)}: ")
            self.file.write("[" if is_list else "")
            self.name, self.before_entry, self.after_value = part.name, "\n", "]" if is_list else ""
        for entry in part.value if isinstance(part.value, list) else (part.value,):
            self.file.write((self.before_entry if is_list else "") + json.dumps(entry, ensure_ascii=False))
            self.before_entry = ",\n"

    def end(self) -> None:
        self.file.write(self.after_value + "\n}\n")
