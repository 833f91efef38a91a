from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from time import perf_counter

import click

from bench.reading.data import statements
from bench.reading.data.contact import RESOURCES, Contact, contact_of, resource_id
from bench.reading.data.history import events_of, messages_of, outreach_id
from bench.reading.data.person import Person, people
from bench.reading.data.writing import Row, write
from gateway.demo.data_file import data_file
from gateway.imports.online_retail import import_online_retail
from graph.connection import Graph
from graph.vocabulary import Channel

# Raised when what is written here changes: data of an older version is built again.
VERSION = 5
_READY = "bench-ready.json"


def is_built(data: Path) -> bool:
    """A build that was stopped half-way left no mark, and is made anew."""
    try:
        return bool(json.loads((data / _READY).read_text())["version"] == VERSION)
    except (OSError, ValueError, KeyError):
        return False


def forget_unfinished(data: Path) -> None:
    if data.exists() and not is_built(data):
        shutil.rmtree(data)


async def build(graph: Graph, data: Path) -> None:
    """The sample shop's purchases, and around them 10,000 people with all that a profile page shows."""
    began = perf_counter()
    await import_online_retail(graph, data_file())
    everybody = list(people(await graph.read(statements.BUYERS)))
    counts = await _write_people(graph, everybody)
    (data / _READY).write_text(json.dumps({"version": VERSION, "counts": counts}, indent=2) + "\n")
    click.echo(f"data built in {perf_counter() - began:.0f} s: {counts}")


async def add_peer_indexes(graph: Graph) -> None:
    """Idempotent, and at every start: the product's own migrations may have run since the data was built."""
    for statement in statements.PEER_INDEXES:
        await graph.change(statement)


async def _write_people(graph: Graph, everybody: Sequence[Person]) -> dict[str, int]:
    contacts = [contact_of(person) for person in everybody]
    return {
        "profiles": await write(graph, statements.PROFILES, (person.row() for person in everybody)),
        "purchases": int(await graph.change(statements.PURCHASE_TIMES)),
        "resources": await write(graph, statements.RESOURCES, _resources()),
        "identifiers": await write(graph, statements.IDENTIFIERS, chain.from_iterable(c.identifiers for c in contacts)),
        "subscriptions": await write(
            graph, statements.SUBSCRIPTIONS, chain.from_iterable(c.subscriptions for c in contacts)
        ),
        "events": await write(graph, statements.EVENTS, chain.from_iterable(map(events_of, everybody))),
        "outreaches": await write(graph, statements.OUTREACHES, map(_outreach, everybody)),
        "messages": await write(graph, statements.MESSAGES, _messages(everybody, contacts)),
    }


def _resources() -> Iterator[Row]:
    for number in range(RESOURCES):
        yield {
            "id": resource_id(number),
            "key": f"site-{number}",
            "title": f"Resource {number}",
            "channels": [channel.value for channel in Channel],
            "createdMs": 0,
        }


def _outreach(person: Person) -> Row:
    return {"id": outreach_id(person), "profileId": person.id, "createdMs": person.created_ms}


def _messages(everybody: Sequence[Person], contacts: Sequence[Contact]) -> Iterator[Row]:
    for person, contact in zip(everybody, contacts, strict=True):
        yield from messages_of(person, contact.subscription_ids())
