"""Events that tell something about the person they are of."""

from __future__ import annotations

import asyncio

import pytest

from graph.connection import Graph
from graph.history.events import NewEvent, track_events
from graph.idempotency import Done
from graph.identifiers import IdentifierValue, identifier
from graph.people.attribute_change import AttributeChange, AttributeOperation
from graph.people.attribute_definition import AttributeDefinition, define_attribute
from graph.people.facts import NO_FACTS, Facts
from graph.people.tracked import NO_DEVICE, Device
from graph.people.upsert import UpsertProfile, upsert_profile
from graph.statement import Statement
from graph.vocabulary import AttributeType, ChangeKind, IdentifierType

NOW = 1_790_000_000_000
COOKIE = identifier(IdentifierType.COOKIE, "web", "c-1")
OTHER = identifier(IdentifierType.COOKIE, "web", "c-2")
CARD = identifier(IdentifierType.EXTERNAL, "shop", "17850")
PERSON = Statement(
    "person",
    """
    MATCH (:Identifier {key: $key})-[:IDENTIFIES]->(p:Profile)
    RETURN [p.revision, COUNT { (:Event)-[:BY]->(p) }, [name IN $names | p[name]]]
    """,
)
COUNT = Statement("count", "RETURN [COUNT { (:Profile) }, COUNT { (:Event) }, COUNT { (:Identifier) }]")


def event(
    external_id: str,
    *changes: AttributeChange,
    who: IdentifierValue = COOKIE,
    at: int = NOW,
    device: Device = NO_DEVICE,
    facts: Facts = NO_FACTS,
) -> NewEvent:
    return NewEvent(
        index=int(external_id),
        source="web",
        external_id=external_id,
        identifiers=(who,),
        type="page.viewed",
        occurred_at_ms=at,
        facts=Facts(facts.fields, changes),
        device=device,
    )


def more(by: object, key: str = "visits") -> AttributeChange:
    return AttributeChange(AttributeOperation.INCREMENT, key, by)


async def track(graph: Graph, *events: NewEvent) -> Done:
    return await track_events(graph, events, None, NOW)


def outcomes(done: Done) -> list[tuple[str, list[tuple[object, ...]]]]:
    return [
        (row["outcome"], [(code, tuple(path), index) for code, _, path, index in row["userErrors"]])
        for row in done.result["rows"]
    ]


async def person(graph: Graph, *names: str, who: IdentifierValue = COOKIE) -> list[object]:
    found: list[object] = await graph.read(PERSON, key=who.key, names=list(names))
    return found


@pytest.fixture
async def visits(graph: Graph) -> None:
    await define_attribute(graph, AttributeDefinition("visits", AttributeType.INTEGER), None, NOW)


@pytest.mark.usefixtures("visits")
async def test_rows_about_one_person_build_on_each_other_and_raise_the_revision_once(graph: Graph) -> None:
    done = await track(
        graph,
        event("0", more(1), facts=Facts({"city": "Leeds"})),
        event("1", more(2), facts=Facts({"city": "York"})),
        event("2", who=OTHER),
    )

    assert [outcome for outcome, _ in outcomes(done)] == ["CREATED", "CREATED", "CREATED"]
    assert await person(graph, "attr_visits", "city") == [1, 2, [3, "York"]]
    assert sorted(sorted(each.kinds) for each in done.changes) == [
        [ChangeKind.EVENT],
        [ChangeKind.EVENT, ChangeKind.PROFILE],
    ]


@pytest.mark.usefixtures("visits")
async def test_a_row_whose_facts_are_wrong_makes_nobody_and_names_itself(graph: Graph) -> None:
    done = await track(graph, event("0", more("x")), event("1", more(1), more(1, "unheard_of"), who=OTHER))

    assert outcomes(done) == [
        ("REFUSED", [("INVALID", ("attributes", "0", "increment", "value"), 0)]),
        ("REFUSED", [("NOT_FOUND", ("attributes", "1", "increment", "key"), 1)]),
    ]
    assert await graph.read(COUNT) == [0, 0, 0]


@pytest.mark.usefixtures("visits")
async def test_the_same_event_counts_once_and_other_facts_make_it_another_event(graph: Graph) -> None:
    first = event("0", more(1), device=Device(ip="192.0.2.1"))
    await track(graph, first)

    again = await track(graph, first, first)
    other = await track(graph, event("0", more(2), device=Device(ip="192.0.2.1")))

    assert [outcome for outcome, _ in outcomes(again)] == ["DUPLICATE", "DUPLICATE"]
    assert outcomes(other) == [("REFUSED", [("TAKEN", ("externalId",), 0)])]
    assert await person(graph, "attr_visits") == [1, 1, [1]]


@pytest.mark.usefixtures("visits")
async def test_batches_at_the_same_time_all_count(graph: Graph) -> None:
    await track(graph, event("0"))

    await asyncio.gather(*(track(graph, event(str(number), more(1))) for number in range(1, 17)))

    assert await person(graph, "attr_visits") == [17, 17, [16]]


async def test_the_newest_event_says_what_is_tracked_and_nothing_declared_changes(graph: Graph) -> None:
    await upsert_profile(graph, UpsertProfile((CARD,), {"timezone": "Asia/Kolkata", "city": "Leeds"}), None, NOW)

    await track(graph, event("0", who=CARD, at=NOW, device=Device("192.0.2.2", "Europe/Paris")))
    await track(graph, event("1", who=CARD, at=NOW - 5, device=Device("192.0.2.1", "Europe/Rome")))

    names = ("timezone", "city", "tracked_ip", "tracked_timezone")
    assert await person(graph, *names, who=CARD) == [3, 2, ["Asia/Kolkata", "Leeds", "192.0.2.2", "Europe/Paris"]]
