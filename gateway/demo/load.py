from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from time import perf_counter
from typing import TypeVar

import click

from gateway.demo.customer import Customer, customers_of
from gateway.demo.data_file import data_file
from gateway.demo.person import Family, family_of, synthetic_contact
from gateway.demo.shop import SHOP
from gateway.demo.summary import DemoSummary
from gateway.demo.visit import EVENT_SOURCE, visits_of
from gateway.imports.online_retail import ImportOptions, import_ledger
from gateway.imports.progress import at_tenths
from gateway.imports.shop_file import read_ledger
from graph.bulk.contact import ContactsMade, write_contacts
from graph.bulk.event import write_events
from graph.bulk.origin import Origin
from graph.bulk.resource import merge_resource
from graph.clock import Clock, SystemClock
from graph.connection import Graph
from graph.instants import MOST_AHEAD_MS

# The source of what is made up.
_SOURCE = "demo"

# Every how manieth customer shares an address with the next one.
_FAMILY_EVERY = 40
_CONTACTS_PER_BATCH = 500
_EVENTS_PER_BATCH = 3_000

T = TypeVar("T")


async def load_demo(
    graph: Graph, erased_key: bytes, on_progress: Callable[[str], None] = click.echo, clock: Clock | None = None
) -> DemoSummary:
    """Imports the sample shop and makes up contacts, subscriptions and events for its known customers.

    Everything that is made up is drawn from a fixed seed and marked synthetic. A second run changes nothing, also
    nothing that somebody changed since; one that was stopped is completed by running it again. Who was erased stays
    away: `erased_key` keys the hashes of erased addresses. The graph must be migrated. Raises ImportRefused where the
    file is not there, GraphError from any batch.
    """
    started = perf_counter()
    now_ms = (clock or SystemClock()).now()
    ledger = await asyncio.to_thread(read_ledger, data_file(), now_ms + MOST_AHEAD_MS)
    options = ImportOptions(erased_key=erased_key)
    shop, _ = await import_ledger(graph, ledger, options, at_tenths("purchase lines", on_progress), now_ms)
    shop = replace(shop, seconds=perf_counter() - started)
    customers = customers_of(ledger)
    until_ms = max((invoice.placed_ms for invoice in ledger), default=now_ms)
    contacts = await _load_contacts(graph, customers, until_ms, now_ms)
    on_progress(f"{contacts.people:,} contacts and {contacts.subscriptions:,} subscriptions made up")
    events = await _load_events(graph, customers, now_ms)
    on_progress(f"{events:,} events made up")
    return DemoSummary(shop, contacts.people, contacts.subscriptions, events, perf_counter() - started)


async def _load_contacts(graph: Graph, customers: Sequence[Customer], until_ms: int, now_ms: int) -> ContactsMade:
    resource_id = await merge_resource(graph, SHOP, now_ms)
    families = families_of(customers)
    contacts = (synthetic_contact(customer, families.get(customer.number), until_ms) for customer in customers)
    people = subscriptions = 0
    for batch in _batched(contacts, _CONTACTS_PER_BATCH):
        made = await write_contacts(graph, batch, resource_id, Origin(_SOURCE, now_ms))
        people += made.people
        subscriptions += made.subscriptions
    return ContactsMade(people, subscriptions)


async def _load_events(graph: Graph, customers: Sequence[Customer], now_ms: int) -> int:
    events = (event for customer in customers for event in visits_of(customer))
    made = 0
    for batch in _batched(events, _EVENTS_PER_BATCH):
        made += await write_events(graph, batch, Origin(EVENT_SOURCE, now_ms))
    return made


def families_of(customers: Sequence[Customer]) -> dict[str, Family]:
    families: dict[str, Family] = {}
    for first, second in zip(customers[::_FAMILY_EVERY], customers[1::_FAMILY_EVERY], strict=False):
        if first.country == second.country:
            families[first.number] = families[second.number] = family_of(first)
    return families


def _batched(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(islice(items, size)):
        yield batch
