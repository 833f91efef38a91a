from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

import pytest

from graph.connection import Graph
from graph.reading.compile import compiled
from graph.reading.cursor import Cursors
from graph.reading.draft import Caller
from graph.reading.reader import Answer, BadArgument, Reader
from graph.selection import Given, Selection
from tests.graph.reading.places import CURSOR_KEY, CURSORS

Selected = Callable[[str], tuple[Selection, ...]]


class UntouchableGraph:
    """Fails the test when anything is asked of it."""

    async def read(self, *_: object, **__: object) -> object:
        pytest.fail("a statement was run")


@pytest.fixture
def reader() -> Reader:
    return Reader(cast("Graph", UntouchableGraph()), CURSOR_KEY)


_PLACE_OF_A_PURCHASE = CURSORS.at("Purchase.placedAt", 1, "pur_1")
_FORGED_PLACE = Cursors(b"the key of somebody else").at("Event.occurredAt", 1, "evt_1")
_NULL_PLACE = CURSORS.at("Event.occurredAt", None, "evt_1")
_TEXT_PLACE = CURSORS.at("Event.occurredAt", "soon", "evt_1")
_NUMBER_FOR_A_NAME = CURSORS.at("Profile.lastName", 7, "prf_1")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("first: 0", "BAD_ARGUMENT", "first must be between 1 and 100."),
        ("first: 101", "BAD_ARGUMENT", "first must be between 1 and 100."),
        ("last: -1", "BAD_ARGUMENT", "last must be between 1 and 100."),
        ("first: 5, last: 5", "BAD_ARGUMENT", "Give either first or last, not both."),
        ('after: "garbage"', "CURSOR_INVALID", "after is not a cursor of this list."),
        (f'before: "{_PLACE_OF_A_PURCHASE}"', "CURSOR_INVALID", "before is not a cursor of this list."),
        (f'after: "{_FORGED_PLACE}"', "CURSOR_INVALID", "after is not a cursor of this list."),
        (f'after: "{_NULL_PLACE}"', "CURSOR_INVALID", "after is not a cursor of this list."),
        (f'after: "{_TEXT_PLACE}"', "CURSOR_INVALID", "after is not a cursor of this list."),
    ],
)
async def test_a_bad_page_is_refused_before_any_statement(
    reader: Reader, selected: Selected, arguments: str, code: str, message: str
) -> None:
    document = f'{{ who: profile(by: {{id: "prf_1"}}) {{ seen: events({arguments}) {{ nodes {{ id }} }} }} }}'
    with pytest.raises(BadArgument) as refused:
        await reader.answer(selected(document))
    assert (refused.value.code, refused.value.message, refused.value.path) == (code, message, ("who", "seen"))


@pytest.mark.parametrize(
    ("document", "code", "path"),
    [
        ("{ profiles(first: 1000) { nodes { id } } }", "BAD_ARGUMENT", ("profiles",)),
        ("{ profiles { total: count(limit: 10001) { value } } }", "BAD_ARGUMENT", ("profiles", "total")),
        ("{ profiles { count(limit: 0) { value } } }", "BAD_ARGUMENT", ("profiles", "count")),
        (
            f'{{ profiles(orderBy: {{field: LAST_NAME}}, after: "{_NUMBER_FOR_A_NAME}") {{ nodes {{ id }} }} }}',
            "CURSOR_INVALID",
            ("profiles",),
        ),
        ('{ profiles { edges { node { events(after: "?") { nodes { id } } } } } }', "CURSOR_INVALID", None),
    ],
)
async def test_what_no_statement_could_answer_names_its_field(
    reader: Reader, selected: Selected, document: str, code: str, path: tuple[str, ...] | None
) -> None:
    with pytest.raises(BadArgument) as refused:
        await reader.answer(selected(document))
    assert refused.value.code == code
    assert refused.value.path == (path or ("profiles", "edges", "node", "events"))


def _filtered(given: object) -> tuple[Selection, ...]:
    return (Selection("who", "profiles", {"filter": given}, (Selection("nodes", "nodes", {}, _ID),)),)


_ID = (Selection("id", "id"),)
_NO_FILTER = (
    "A filter may be 5 levels deep and have 50 conditions, compares attributes with texts, numbers and booleans, "
    "and counts from 0 to 1,000 purchases."
)


@pytest.mark.parametrize(
    "given",
    [
        {"any": [{"isTest": True}] * 50},
        # What holds nothing is a condition too: it is always met, and stands in the statement.
        {"all": [{}] * 50},
        {"all": [{"all": [{}] * 24}, {"any": [{"kinds": None}] * 24}]},
        {"not": {"not": {"not": {"not": {"not": {}}}}}},
        {"purchase": {"timesAtLeast": 1_001}},
        {"purchase": {"timesAtLeast": 1, "timesAtMost": 1_001}},
        {"purchase": {"timesAtLeast": 1, "timesAtMost": 2_000_000_000}},
        {"purchase": {"timesAtLeast": -1}},
        {"any": [{"purchase": {"timesAtLeast": 1, "timesAtMost": -1}}]},
    ],
)
async def test_a_filter_beyond_its_limits_is_refused(reader: Reader, given: object) -> None:
    for selections, values in ((_filtered(given), ()), (_filtered(Given(0)), (given,))):
        with pytest.raises(BadArgument) as refused:
            await reader.answer(selections, values)
        assert (refused.value.code, refused.value.message) == ("BAD_ARGUMENT", _NO_FILTER)
        assert refused.value.path == ("who",)


@pytest.mark.parametrize(
    "given",
    [
        {"any": [{"isTest": True}] * 49},
        {"all": [{}] * 49},
        {"all": [{"all": [{}] * 24}, {"any": [{"kinds": None}] * 23}]},
        {"not": {"not": {"not": {"not": {}}}}},
        {"purchase": {"timesAtLeast": 1_000}},
        {"purchase": {"timesAtLeast": 0, "timesAtMost": 0}},
        {"purchase": {"timesAtLeast": None, "timesAtMost": None}},
    ],
)
def test_a_filter_within_its_limits_is_compiled(given: object) -> None:
    assert compiled(_filtered(given), Caller(CURSORS)).statement is not None


def test_a_statement_that_would_be_too_long_is_refused_as_too_dear(selected: Selected) -> None:
    below = "profile { purchases(first: 1) { nodes { id } } }"
    events = " ".join(f"e{number}: events(first: 1) {{ nodes {{ {below} }} }}" for number in range(300))
    with pytest.raises(BadArgument) as refused:
        compiled(selected(f'{{ profile(by: {{id: "prf_1"}}) {{ {events} }} }}'), Caller(CURSORS))
    assert (refused.value.code, refused.value.path) == ("COST_EXCEEDED", ())
    assert re.fullmatch(
        r"This needs a statement of \d\d\d,\d\d\d characters; 100,000 are allowed\. Ask for less at once\.",
        refused.value.message,
    )


_FIFTY_TYPES = [f"t{number}" for number in range(50)]


async def test_more_than_fifty_types_of_events_are_refused(reader: Reader) -> None:
    for types, values in (([*_FIFTY_TYPES, "t50"], ()), (Given(0), ([*_FIFTY_TYPES, "t50"],))):
        events = Selection("seen", "events", {"types": types}, (Selection("nodes", "nodes", {}, _ID),))
        with pytest.raises(BadArgument, match="At most 50 types can be asked for at once") as refused:
            await reader.answer([Selection("who", "profile", {"by": {"id": "prf_1"}}, (events,))], values)
        assert (refused.value.code, refused.value.path) == ("BAD_ARGUMENT", ("who", "seen"))


def test_fifty_types_named_many_times_are_fifty_types() -> None:
    events = Selection("seen", "events", {"types": _FIFTY_TYPES * 3}, (Selection("nodes", "nodes", {}, _ID),))
    plan = compiled([Selection("who", "profile", {"by": {"id": "prf_1"}}, (events,))], Caller(CURSORS))
    assert sorted(_FIFTY_TYPES) in plan.parameters(()).values()


async def test_more_than_a_hundred_ids_are_refused(reader: Reader) -> None:
    ids = [f"prf_{number}" for number in range(101)]
    with pytest.raises(BadArgument, match="At most 100 ids") as refused:
        await reader.answer([Selection("nodes", "nodes", {"ids": ids}, (Selection("id", "id"),))])
    assert refused.value.path == ("nodes",)


async def test_what_cannot_exist_is_answered_without_a_statement(reader: Reader, selected: Selected) -> None:
    answer = await reader.answer(selected('{ __typename node(id: "?") { id } nodes(ids: ["", "x_1"]) { id } }'))
    assert answer == Answer({"__typename": "Query", "node": None, "nodes": [None, None]})


def test_a_value_that_nobody_can_have_is_looked_for_as_null_which_finds_nothing(selected: Selected) -> None:
    plan = compiled(selected('{ profile(by: {identifier: {type: EMAIL, value: "nobody"}}) { id } }'), Caller(CURSORS))
    assert plan.constants == {"p0": None}


async def test_a_field_without_a_shape_is_refused_and_never_becomes_cypher(reader: Reader) -> None:
    hostile = Selection("x", "id}) DETACH DELETE n //")
    with pytest.raises(BadArgument, match="Query has no field"):
        await reader.answer([hostile])
    with pytest.raises(BadArgument, match="Profile has no field"):
        await reader.answer([Selection("profile", "profile", {"by": {"id": "prf_1"}}, (hostile,))])
