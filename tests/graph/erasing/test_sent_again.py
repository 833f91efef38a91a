"""A shop sends what it sent before, or a device what it kept for later: whoever was erased meanwhile stays away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graph.connection import Graph
from graph.errors import UserError
from graph.history.events import NewEvent, track_events
from graph.history.purchases import NewPurchase, record_purchases
from graph.statement import Statement
from graph.vocabulary import UserErrorCode
from tests.graph.erasing.ann import ANN, BOB, BOBS_CARD, CARD, COUNTS, HOME, KEY, NOW, erased, event, purchase

# `erased` erases at NOW + 1.
_LATER = NOW + 2
_OWNER = Statement("owner", "MATCH (:Identifier {key: $key})-[:IDENTIFIES]->(p) RETURN p.id")
_WHOSE = Statement("whose", "UNWIND $ids AS id MATCH (n {id: id}) RETURN collect(n.profileId)")
_MESSAGE = "Whoever had this value was erased after that: what happened before is forgotten with them."


async def _tracked(graph: Graph, *events: NewEvent) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await track_events(graph, events, None, _LATER, KEY)).result["rows"]
    return rows


async def _recorded(graph: Graph, *purchases: NewPurchase) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await record_purchases(graph, purchases, None, _LATER, KEY)).result["rows"]
    return rows


def _refused(row: dict[str, Any]) -> tuple[str, list[UserError]]:
    return row["outcome"], [UserError(*each) for each in row["userErrors"]]


def _forgotten(*positions: str) -> tuple[str, list[UserError]]:
    errors = [
        UserError(UserErrorCode.STATE_NOT_ALLOWED, _MESSAGE, ("identifiers", position), 0) for position in positions
    ]
    return "REFUSED", errors


async def test_what_happened_before_is_refused_and_makes_nobody(graph: Graph, ann: str) -> None:
    await erased(graph, ann)
    before = await graph.read(COUNTS)

    (of_event,) = await _tracked(graph, replace(event("again", ANN, CARD), occurred_at_ms=NOW + 1))
    (of_order,) = await _recorded(graph, purchase("order-of-ann", CARD))

    assert _refused(of_event) == _forgotten("0", "1")
    assert _refused(of_order) == _forgotten("0")
    assert await graph.read(COUNTS) == before


async def test_what_happens_afterwards_is_the_life_of_somebody_new(graph: Graph, ann: str) -> None:
    await erased(graph, ann)
    before = await graph.read(COUNTS)

    (of_event,) = await _tracked(graph, replace(event("new", ANN), occurred_at_ms=_LATER))
    (of_order,) = await _recorded(graph, replace(purchase("new order", ANN), placed_at_ms=_LATER))

    assert [of_event["outcome"], of_order["outcome"]] == ["CREATED", "CREATED"]
    after = await graph.read(COUNTS)
    assert {name: after[name] - before[name] for name in ("profiles", "events", "purchases")} == {
        "profiles": 1,
        "events": 1,
        "purchases": 1,
    }


async def test_an_old_order_does_not_go_to_somebody_who_shares_a_value(graph: Graph, ann: str) -> None:
    await erased(graph, ann)
    before = await graph.read(COUNTS)

    rows = await _recorded(graph, purchase("order-of-ann", HOME, CARD), replace(purchase("bobs", HOME, BOB), index=1))

    assert _refused(rows[0]) == _forgotten("1")
    assert rows[1]["outcome"] == "CREATED"
    after = await graph.read(COUNTS)
    assert (after["purchases"] - before["purchases"], after["profiles"]) == (1, before["profiles"])


async def test_a_value_of_somebody_living_decides_and_the_forgotten_one_is_left_out(graph: Graph, ann: str) -> None:
    bob = str(await graph.read(_OWNER, key=BOB.key))
    await erased(graph, ann)
    before = await graph.read(COUNTS)

    (of_event,) = await _tracked(graph, event("his", BOBS_CARD, ANN))
    (of_order,) = await _recorded(graph, purchase("bobs", ANN, BOBS_CARD))

    assert _refused(of_event) == ("CREATED", _forgotten("1")[1])
    assert _refused(of_order) == ("CREATED", _forgotten("0")[1])
    assert await graph.read(_WHOSE, ids=[of_event["id"], of_order["id"]]) == [bob, bob]
    after = await graph.read(COUNTS)
    assert (after["profiles"], after["identifiers"]) == (before["profiles"], before["identifiers"])


async def test_the_same_rows_of_others_are_written(graph: Graph, ann: str) -> None:
    await erased(graph, ann)

    rows = await _tracked(graph, event("hers", ANN), replace(event("his", BOB), index=1))

    assert [row["outcome"] for row in rows] == ["REFUSED", "CREATED"]
