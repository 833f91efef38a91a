"""Stand-ins for the graph and for what comes from Redis, so that a test of the gateway tests only the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

from starlette.routing import BaseRoute

from gateway.api_keys import ALL_SCOPES, KeyRing, key_hash
from gateway.app import App, Parts, create_app
from gateway.hits import Hits
from gateway.http.hooks import Hooks, Readers
from gateway.http.tracking import Tracking
from gateway.inbox import Inbox
from gateway.keys import Keys
from gateway.operations import Operations
from gateway.receipt_groups import ReceiptGroups
from gateway.schema.api import SCHEMA
from gateway.schema.build import Schema
from gateway.schema.context import Services
from gateway.server import Server
from graph.clock import FixedClock
from graph.connection import Graph
from graph.reading.answer import Answer
from graph.reading.plans import Plans
from graph.reads_in_flight import ReadsInFlight
from graph.selection import Given, Selection, selected_on
from graph.subscribing.leave_links import LeaveLinks
from graph.tracking.links import TrackingLinks
from graph.vocabulary import ChangeKind, Channel

KEY = "cgk_test_key"
AUTHORIZATION = {"Authorization": f"Bearer {KEY}"}
NOW = 1_700_000_000_000
LINKS = LeaveLinks((b"l" * 32,))
TRACKING_LINKS = TrackingLinks((b"t" * 32,))
PUBLIC_URL = "https://customers.example.com/graph"


@dataclass
class StubPlans:
    """What will be read, and how many plans were made for it."""

    selections: tuple[Selection, ...]
    sees_pii: bool
    when_made: Callable[[int], None] | None = None
    is_made: bool = False


def filled(selections: Sequence[Selection], values: Sequence[object]) -> tuple[Selection, ...]:
    """The same with the request's values in their places; absent ones leave no argument."""
    return tuple(
        replace(
            each,
            arguments={
                name: value
                for name, given in each.arguments.items()
                if (value := values[given.slot] if isinstance(given, Given) else given) is not None
            },
            children=filled(each.children, values),
        )
        for each in selections
    )


@dataclass
class StubReader:
    """Answers from `entities` by id and from `roots` by name; keeps what it was asked."""

    entities: dict[str, dict[str, Any]] = field(default_factory=dict)
    roots: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[Selection, ...]] = field(default_factory=list)
    saw_pii: list[bool] = field(default_factory=list)
    answers: list[Answer | Exception] = field(default_factory=list)

    def plans(self, selections: Sequence[Selection], *, sees_pii: bool = True) -> Plans:
        return cast("Plans", StubPlans(tuple(selections), sees_pii))

    async def run(self, plans: Plans, values: Sequence[object] = ()) -> Answer:
        stub = cast("StubPlans", plans)
        if not stub.is_made and stub.when_made:
            stub.when_made(0)
        stub.is_made = True
        return await self.answer(filled(stub.selections, values), sees_pii=stub.sees_pii)

    async def answer(
        self, selections: Sequence[Selection], values: Sequence[object] = (), *, sees_pii: bool = True
    ) -> Answer:
        chosen = filled(selections, values)
        self.asked.append(chosen)
        self.saw_pii.append(sees_pii)
        if self.answers:
            scripted = self.answers.pop(0)
            if isinstance(scripted, Exception):
                raise scripted
            return scripted
        return Answer({each.response_key: self._root(each) for each in chosen})

    def _root(self, selection: Selection) -> Any:
        if selection.withheld:
            return None
        arguments: Any = selection.arguments
        match selection.name:
            case "node" | "message":
                return self._shown(self.entities.get(arguments["id"]), selection)
            case "nodes":
                return [self._shown(self.entities.get(each), selection) for each in arguments["ids"]]
            case "profile" if "id" in arguments["by"]:
                return self._shown(self.entities.get(arguments["by"]["id"]), selection)
        return self._shown(self.roots.get(selection.name), selection)

    def _shown(self, value: Any, selection: Selection) -> Any:
        if selection.withheld:
            return None
        if isinstance(value, list):
            return [self._shown(each, selection) for each in value]
        if not isinstance(value, dict):
            return value
        chosen = selected_on(selection.children, value["__typename"])
        return {each.response_key: self._shown(value.get(each.name), each) for each in chosen}


@dataclass
class StubGraph:
    """Knows API keys by their hash, whose messages are and what waits; with `error` set it fails."""

    hashes: set[str] = field(default_factory=lambda: {key_hash(KEY)})
    scopes: Sequence[str] = ALL_SCOPES
    error: Exception | None = None
    lookups: int = 0
    # Whose a message is, by its id.
    people: dict[str, str] = field(default_factory=dict)
    # What waits: channel, how many, since when the oldest is due; and what is dead: state, how many.
    waiting: list[tuple[str, int, int | None]] = field(default_factory=list)
    dead: list[tuple[str, int]] = field(default_factory=list)
    waiting_error: Exception | None = None
    reads: ReadsInFlight = field(default_factory=lambda: ReadsInFlight(1))

    async def read(self, _statement: object, **parameters: Any) -> Any:
        self.lookups += 1
        if self.error:
            raise self.error
        if "id" in parameters:
            return self.people.get(parameters["id"])
        if "most" in parameters:
            if self.waiting_error:
                raise self.waiting_error
            return self.waiting if "channels" in parameters else self.dead
        digest = parameters["hash"]
        return ["key_1", digest, list(self.scopes)] if digest in self.hashes else None


@dataclass
class StubNudger:
    told: list[tuple[str, object]] = field(default_factory=list)

    def message(self, channel: Channel, message_id: str) -> None:
        self.told.append((message_id, channel))

    def publish(self, profile_id: str, revision: int, kinds: Iterable[ChangeKind]) -> None:
        self.told.append((profile_id, (revision, frozenset(kinds))))


@dataclass
class StubLive:
    """Listeners get what is put into `changes`; None ends their stream."""

    changes: asyncio.Queue[tuple[int, frozenset[ChangeKind]] | None] = field(default_factory=asyncio.Queue)
    listening: int = 0
    after: list[int] = field(default_factory=list)

    async def listen(self, profile_id: str, after: int = 0) -> AsyncGenerator[tuple[int, frozenset[ChangeKind]], None]:
        del profile_id
        self.after.append(after)
        self.listening += 1
        try:
            while (change := await self.changes.get()) is not None:
                yield change
        finally:
            self.listening -= 1


KEYS = Keys(inputs=b"a key for inputs", addresses=b"a key for addresses")


def hooks_of(services: Services, readers: Readers) -> Hooks:
    groups = ReceiptGroups(services.graph, services.clock, services.changes)
    inbox = Inbox(services.graph, services.clock, services.changes, services.keys.addresses)
    return Hooks(readers, PUBLIC_URL, groups, inbox, services.clock)


def tracking_of(services: Services) -> Tracking:
    hits = Hits(services.graph, ReceiptGroups(services.graph, services.clock, services.changes))
    return Tracking(TRACKING_LINKS, hits, services.clock)


@dataclass
class World:
    """One gateway on stand-ins."""

    schema: Schema = SCHEMA
    reader: StubReader = field(default_factory=StubReader)
    graph: StubGraph = field(default_factory=StubGraph)
    nudger: StubNudger = field(default_factory=StubNudger)
    live: StubLive = field(default_factory=StubLive)
    readers: Readers = field(default_factory=dict)
    redis_ok: bool = True
    graph_error: Exception | None = None

    def services(self) -> Services:
        graph = cast("Graph", self.graph)
        return Services(graph, self.reader, FixedClock(NOW), self.nudger, self.nudger, self.live, KEYS)

    def app(self) -> App:
        return create_app(self.parts())

    def parts(self, console: Sequence[BaseRoute] = ()) -> Parts:
        services = self.services()
        operations = Operations(self.schema, services)
        hooks = hooks_of(services, self.readers)
        return Parts(
            self.schema,
            services,
            operations,
            self.keys(),
            self._ready,
            lambda: self.redis_ok,
            LINKS,
            hooks,
            tracking_of(services),
            console,
        )

    def keys(self) -> KeyRing:
        return KeyRing(cast("Graph", self.graph))

    async def _ready(self) -> None:
        if self.graph_error:
            raise self.graph_error


@asynccontextmanager
async def served(app: App) -> AsyncIterator[str]:
    """The host and port of a real server that answers on the loopback interface."""
    server = Server(app.asgi, app.sockets, "127.0.0.1", 0)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done(), serving.exception()
        await asyncio.sleep(0.01)
    try:
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield f"{host}:{port}"
    finally:
        server.should_exit = True
        await serving


def connection(typename: str, *nodes: dict[str, Any]) -> dict[str, Any]:
    return {"__typename": f"{typename}Connection", "nodes": list(nodes)}


ANNA: dict[str, Any] = {
    "__typename": "Profile",
    "id": "prf_anna",
    "revision": 3,
    "kind": "LEAD",
    "firstName": "Anna",
    "city": "Leeds",
    "createdAt": "2026-01-31T12:00:00.000Z",
    "identifiers": connection(
        "Identifier", {"__typename": "Identifier", "id": "idn_1", "type": "EMAIL", "masked": "a…@example.org"}
    ),
}
