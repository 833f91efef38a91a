"""Words that end and begin, mixed with all else that does: against a plain model of what each may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.connection import Graph
from graph.consent.complaint import Complaint, complain
from graph.errors import Refusal
from graph.identifiers import IdentifierValue
from graph.people.reference import ProfileReference
from graph.statement import Statement
from graph.subscribing.leave_by_link import leave_by_link
from graph.subscribing.leave_links import LeaveLink
from graph.subscribing.suspend import Suspend, suspend
from graph.subscribing.unsubscribe import OneSubscription, Unsubscribe, unsubscribe
from graph.vocabulary import Channel
from tests.graph.inbound.writing_world import (
    MINUTE,
    STANDING,
    depart,
    join,
    open_resources,
    person,
    phone,
    say,
)
from tests.graph.subscribing.shop import BREAKS, NOW

_PLACE = Statement("place", "MATCH (i:Identifier {key: $key}), (r:Resource {key: $resource}) RETURN [i.id, r.id]")
_PEOPLE = ("Ann", "Bob")
_RESOURCES = ("shop", "club")
_NUMBERS = count(1)
# Long after every step of a history.
_FAR = NOW + 10_000 * MINUTE

Pair = tuple[str, str]
_PAIRS = [(name, resource) for name in _PEOPLE for resource in _RESOURCES]
# As many words as all else together, and few complaints, since these end a history.
_STEPS: list[tuple[str, tuple[str | None, str] | None]] = [
    *((name, pair) for name in ("join", "unsubscribe", "suspend") for pair in _PAIRS),
    *(("link", (None, resource)) for resource in _RESOURCES),
    *((name, None) for name in ("START", "STOP", "стоп", "again") for _ in range(4)),
    ("START", None),
    ("left", None),
    ("complain", None),
]


@dataclass(slots=True)
class Model:
    """Each status, and which of them a word has ended. Nothing else may be opened by a word."""

    statuses: dict[Pair, str] = field(default_factory=dict)
    by_word: set[Pair] = field(default_factory=set)
    is_suppressed: bool = False

    def join(self, pair: Pair) -> None:
        if self.statuses.get(pair) != "COMPLAINED":
            self.statuses[pair] = "SUBSCRIBED"
            self.by_word.discard(pair)

    def end(self, pairs: list[Pair], *, by_word: bool) -> None:
        for pair in pairs:
            before = self.statuses.get(pair)
            if before in {"SUBSCRIBED", "SUSPENDED"}:
                self.statuses[pair] = "UNSUBSCRIBED"
                if by_word and before == "SUBSCRIBED":
                    self.by_word.add(pair)
            if not by_word:
                self.by_word.discard(pair)

    def start(self) -> None:
        if not self.is_suppressed:
            self.statuses.update(dict.fromkeys(self.by_word, "SUBSCRIBED"))
            self.by_word.clear()

    def suspend(self, pair: Pair) -> None:
        if self.statuses.get(pair) == "SUBSCRIBED":
            self.statuses[pair] = "SUSPENDED"

    def complain(self) -> None:
        self.statuses = dict.fromkeys(self.statuses, "COMPLAINED")
        self.by_word.clear()
        self.is_suppressed = True

    def of(self, resource: str) -> list[Pair]:
        return [pair for pair in self.statuses if pair[1] == resource]


@dataclass(slots=True)
class Real:
    graph: Graph
    number: IdentifierValue
    people: dict[str, ProfileReference]
    ids: dict[Pair, str] = field(default_factory=dict)
    at_ms: int = NOW + 1
    last_word: tuple[str, int] | None = None

    async def statuses(self) -> dict[Pair, str]:
        rows = await self.graph.read(STANDING, key=self.number.key)
        return {(name, resource): status for name, resource, _, status in rows}

    async def say(self, text: str) -> None:
        self.last_word = (text, self.at_ms)
        await say(self.graph, self.number, text, self.at_ms, event_id=f"{self.number.value}-{self.at_ms}")

    async def say_again(self) -> None:
        if self.last_word is not None:
            text, at_ms = self.last_word
            event_id = f"{self.number.value}-{at_ms}"
            await say(self.graph, self.number, text, self.at_ms, event_id=event_id)

    async def join(self, pair: Pair) -> None:
        name, resource = pair
        try:
            self.ids[pair] = await join(self.graph, self.people[name], resource, self.number, at_ms=self.at_ms)
        except Refusal:
            assert (await self.statuses())[pair] == "COMPLAINED"

    async def leave(self, resource: str) -> None:
        found = await self.graph.read(_PLACE, key=self.number.key, resource=resource)
        if found is not None:
            identifier_id, resource_id = found
            await leave_by_link(self.graph, LeaveLink(identifier_id, resource_id, "msg_none"), self.at_ms)


async def _step(model: Model, real: Real, name: str, about: tuple[str | None, str] | None) -> None:
    pair = (str(about[0]), about[1]) if about else ("", "")
    graph, known = real.graph, real.ids.get(pair)
    match name:
        case "join":
            model.join(pair)
            await real.join(pair)
        case "unsubscribe" if known is not None:
            model.end([pair], by_word=False)
            await unsubscribe(graph, Unsubscribe(OneSubscription(known), "key_1"), None, real.at_ms)
        case "suspend" if model.statuses.get(pair) == "SUBSCRIBED" and known is not None:
            model.suspend(pair)
            await suspend(graph, Suspend(known, _FAR, "key_1"), None, real.at_ms)
        case "link":
            model.end(model.of(pair[1]), by_word=False)
            await real.leave(pair[1])
        case "STOP" | "стоп":
            model.end(list(model.statuses) if name == "STOP" else model.of("shop"), by_word=True)
            await real.say(name)
        case "START":
            model.start()
            await real.say(name)
        case "again":
            await real.say_again()
        case "left":
            model.end(list(model.statuses), by_word=False)
            event_id = f"{real.number.value}-{real.at_ms}"
            await depart(graph, real.number, real.at_ms, event_id=event_id)
        case "complain":
            model.complain()
            await complain(graph, Complaint(real.number, Channel.SMS, "provider"), None, real.at_ms)


@pytest_asyncio.fixture(loop_scope="session")
async def people(graph: Graph) -> dict[str, ProfileReference]:
    await open_resources(graph)
    return {name: await person(graph, name) for name in _PEOPLE}


@given(st.lists(st.sampled_from(_STEPS), min_size=6, max_size=12))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_words_open_nothing_but_what_words_have_ended(
    graph: Graph, people: dict[str, ProfileReference], steps: list[tuple[str, tuple[str | None, str] | None]]
) -> None:
    model, real = Model(), Real(graph, phone(next(_NUMBERS)), people)
    for pair in (("Ann", "shop"), ("Bob", "shop")):
        model.join(pair)
        await real.join(pair)
    for name, about in steps:
        real.at_ms += 2 * MINUTE
        await _step(model, real, name, about)

        assert await real.statuses() == model.statuses, name
    assert await graph.read(BREAKS) == []
