from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from random import SystemRandom
from time import monotonic
from typing import Any

from graph.connection import Graph
from graph.errors import GraphError, GraphUnavailable, SchemaExists, SchemaTooNew
from graph.statement import Statement
from graph.statements import migrations as statements
from graph.statements.buyers import MARK_PAGE_OF_BUYERS
from graph.statements.domains import NAME_PAGE_OF_DOMAINS
from graph.statements.purchase_lines import LIST_PAGE_UNDER_PRODUCTS
from graph.statements.suppressions import MIGRATE_PAGE


@dataclass(frozen=True, slots=True)
class Paged:
    """A statement over so much data that no one transaction could hold it: each run writes the page after `$after`.

    It answers with what the next page comes after, null where nothing is left. Ids are texts, all after the empty one.
    """

    statement: Statement


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. Every statement of it may run twice; it is recorded only when its indexes are online."""

    version: int
    name: str
    statements: tuple[Statement | Paged, ...]


MIGRATIONS = (
    Migration(1, "unique keys", statements.UNIQUE_KEYS),
    Migration(2, "indexes", statements.INDEXES),
    Migration(3, "search", statements.SEARCH_INDEXES),
    Migration(4, "purchases of products", (Paged(LIST_PAGE_UNDER_PRODUCTS), statements.PURCHASES_OF_PRODUCTS)),
    Migration(5, "buyers", (Paged(MARK_PAGE_OF_BUYERS),)),
    Migration(6, "attributes and relations", statements.ATTRIBUTES_AND_RELATIONS),
    Migration(7, "blocked values and domains", (*statements.BLOCKED_VALUES, Paged(NAME_PAGE_OF_DOMAINS))),
    Migration(8, "leaving", (*statements.LEAVING, Paged(MIGRATE_PAGE))),
    Migration(9, "merges", statements.MERGES),
    Migration(10, "erasure", statements.ERASURE),
    Migration(11, "jobs", statements.JOBS),
    Migration(12, "receipts", statements.RECEIPTS),
    Migration(13, "templates", statements.TEMPLATES),
    Migration(14, "dead letters", statements.DEAD_LETTERS),
)
CURRENT_VERSION = MIGRATIONS[-1].version

# Renewed before and during each statement, however long that takes; a process that died gives way after it.
_LEASE_MS = 60_000
_RENEW_S = 15.0
_WAIT_FOR_LOCK_S = 120.0
_POLL_S = 0.2
_JITTER = SystemRandom()


async def migrate(graph: Graph) -> list[int]:
    """Brings the graph to CURRENT_VERSION and returns the versions applied now, in order.

    Two processes that start together apply each step once: one works under a lock node with a lease, the other
    waits and finds nothing to do. Raises SchemaTooNew where a newer program was here before.
    """
    await _make_lock_unique(graph)
    token = await _wait_for_lock(graph)
    applied: list[int] = []
    try:
        version = await schema_version(graph)
        _refuse_newer(version)
        for migration in MIGRATIONS[version:]:
            await _apply(graph, migration, token)
            applied.append(migration.version)
    finally:
        await graph.change(statements.RELEASE_LOCK, token=token)
    return applied


async def schema_version(graph: Graph) -> int:
    """The newest step that was recorded, 0 for a graph that never saw one."""
    version: int = await graph.read_aside(statements.VERSION)
    return version


async def require_current_schema(graph: Graph) -> None:
    """Raises SchemaTooNew for a newer graph, GraphError for one that still has to be migrated."""
    version = await schema_version(graph)
    _refuse_newer(version)
    if version < CURRENT_VERSION:
        raise GraphError(f"the graph is at schema version {version}, this program needs {CURRENT_VERSION}: run migrate")


def _refuse_newer(version: int) -> None:
    if version > CURRENT_VERSION:
        raise SchemaTooNew(f"the graph is at schema version {version}, this program knows only up to {CURRENT_VERSION}")


async def _make_lock_unique(graph: Graph) -> None:
    """Two processes may make this first constraint at once; the server then deadlocks one of them.

    That one can leave the constraint's index behind without its constraint, which no IF NOT EXISTS gets past: it is
    dropped and made again, after a pause of random length so that the two do not meet for ever.
    """
    deadline = monotonic() + _WAIT_FOR_LOCK_S
    while True:
        try:
            await graph.change(statements.LOCK_KEY)
        except (SchemaExists, GraphUnavailable):
            if monotonic() > deadline:
                raise
            await asyncio.sleep(_POLL_S + _JITTER.random())
            with suppress(GraphError):
                await graph.change(statements.DROP_HALF_MADE_LOCK_KEY)
        else:
            return


async def _apply(graph: Graph, migration: Migration, token: str) -> None:
    for statement in (*migration.statements, statements.AWAIT_INDEXES):
        if isinstance(statement, Paged):
            await _page_by_page(graph, statement.statement, token)
        else:
            await _under_lock(graph, token, statement)
    _still_held(
        await graph.change(
            statements.RECORD, token=token, version=migration.version, name=migration.name, leaseMs=_LEASE_MS
        )
    )


async def _page_by_page(graph: Graph, statement: Statement, token: str) -> None:
    after: object = ""
    while after is not None:
        after = await _under_lock(graph, token, statement, after=after)


async def _under_lock(graph: Graph, token: str, statement: Statement, **parameters: object) -> Any:
    """An index over many nodes may take longer than the lease, which is therefore renewed all the while."""
    await _renew(graph, token)
    running = asyncio.ensure_future(graph.change(statement, **parameters))
    try:
        while not (await asyncio.wait({running}, timeout=_RENEW_S))[0]:
            await _renew(graph, token)
        return await running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _renew(graph: Graph, token: str) -> None:
    _still_held(await graph.change(statements.RENEW_LOCK, token=token, leaseMs=_LEASE_MS))


def _still_held(answer: object) -> None:
    if not answer:
        raise GraphError("the migration lock was lost to another process")


async def _wait_for_lock(graph: Graph) -> str:
    deadline = monotonic() + _WAIT_FOR_LOCK_S
    while True:
        token: str | None = await graph.change(statements.TAKE_LOCK, leaseMs=_LEASE_MS)
        if token:
            return token
        if monotonic() > deadline:
            raise GraphUnavailable("another process holds the migration lock")
        await asyncio.sleep(_POLL_S)
