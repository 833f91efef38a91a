from __future__ import annotations

import asyncio
from pathlib import Path

import click

from gateway.commands.import_people import people_csv, people_jsonl
from gateway.garbage import keep_what_is_loaded
from gateway.imports.invoice import Incomplete
from gateway.imports.online_retail import ImportOptions, import_online_retail
from gateway.imports.progress import line_progress
from gateway.imports.reject import Reject
from gateway.imports.rejects_file import write_rejects
from gateway.imports.summary import ImportSummary
from gateway.settings import GatewaySettings, KeyUse
from gateway.stack.running import environment
from graph.connection import Graph
from graph.migrations import require_current_schema
from graph.settings import GraphSettings


@click.group(name="import")
def import_() -> None:
    """Import a file of people or purchases into the graph."""


import_.add_command(people_csv)
import_.add_command(people_jsonl)


@import_.command(name="online-retail")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--rejects",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where refused rows go; otherwise beside FILE as FILE.rejects.csv, if there are any.",
)
@click.option("--batch-lines", type=click.IntRange(1, 20_000), default=5_000, show_default=True)
@click.option("--is-test", is_flag=True, help="Mark profiles and purchases so that reports leave them out.")
@click.option(
    "--incomplete",
    type=click.Choice([each.value for each in Incomplete]),
    default=Incomplete.KEEP.value,
    show_default=True,
    help="Whether an invoice with a refused row is refused whole, or kept without that row.",
)
def online_retail(file: Path, rejects: Path | None, batch_lines: int, incomplete: str, *, is_test: bool) -> None:
    """Import FILE (.csv or .csv.gz), a UCI "Online Retail" file, as purchases with products and people.

    A second run changes nothing, and a run that was stopped is completed by running it again. A refused row goes to
    the rejects file and the rest is kept, also the rest of its invoice, whose total is then that of the kept rows.
    With --incomplete reject such an invoice waits as a whole for its rows to be mended.
    """
    given = environment()
    settings = GraphSettings.from_environment(given)
    # Without the gateway's secret nobody could tell who asked to be forgotten.
    erased_key = GatewaySettings.from_environment(given).key_for(KeyUse.ERASED_ADDRESSES)
    options = ImportOptions(batch_lines, is_test, Incomplete(incomplete), erased_key)
    keep_what_is_loaded()
    summary, refused = asyncio.run(_run(settings, file, options))
    place = _write_rejects(file, rejects, refused)
    _print(summary, place)
    if summary.rejected and not summary.lines_kept:
        raise click.ClickException("every row was refused")


async def _run(settings: GraphSettings, file: Path, options: ImportOptions) -> tuple[ImportSummary, list[Reject]]:
    graph = Graph.open(settings)
    try:
        await require_current_schema(graph)
        with line_progress("lines") as on_lines:
            return await import_online_retail(graph, file, options, on_lines)
    finally:
        await graph.close()


def _write_rejects(file: Path, asked: Path | None, refused: list[Reject]) -> Path | None:
    place = asked or file.with_name(f"{file.name}.rejects.csv")
    # A file of an earlier run is written over even with nothing, or it would tell of rows that are mended by now.
    if not (refused or asked or place.exists()):
        return None
    write_rejects(place, refused, file)
    return place


def _print(summary: ImportSummary, rejects: Path | None) -> None:
    for line in summary.text():
        click.echo(line)
    if rejects:
        click.echo(f"rejects    {rejects}")
