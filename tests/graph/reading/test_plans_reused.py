"""One operation is compiled once for each shape of its values, and each request gets what is right for it."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.connection import Graph
from graph.errors import GraphTimeout, GraphUnavailable, ReadsFull
from graph.reading import plans as graph_plans
from graph.reading import reader as reader_module
from graph.reading.answer import BadArgument
from graph.reading.compile import Plan, compiled
from graph.reading.plans import Plans
from graph.reading.reader import Reader
from graph.statement import Statement
from tests.graph.reading.documents import selections_of, with_slots
from tests.graph.reading.operations import CALLER, OPERATIONS, PARTS, Operation
from tests.graph.reading.places import CURSORS

Outcome = tuple[Any, ...]


def _outcome(plan: Plan, values: Sequence[object]) -> Outcome:
    parameters = plan.parameters(values)
    text = plan.statement.text if plan.statement else None
    return text, parameters, plan.cost.of(parameters), plan.reading, plan.computations


def _refused(bad: BadArgument) -> Outcome:
    return bad.code, bad.message, bad.path


def _asked(plans: Plans, values: Sequence[object]) -> Outcome:
    """As a reader asks: with the plan that is known, or with one that is made."""
    try:
        return _outcome(plans.known(values) or plans.made(values), values)
    except BadArgument as bad:
        return _refused(bad)


def _written_out(operation: Operation, values: Sequence[object]) -> Outcome:
    try:
        return _outcome(operation.inlined(values), ())
    except BadArgument as bad:
        return _refused(bad)


@pytest.mark.parametrize("name", OPERATIONS)
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_came_before_a_request_gets_what_its_values_written_out_get(name: str, data: st.DataObject) -> None:
    operation = OPERATIONS[name]
    requests = data.draw(st.lists(st.tuples(*operation.values.values()), min_size=2, max_size=5))
    plans = operation.plans()
    for values in requests:
        expected, got = _written_out(operation, values), _asked(plans, values)
        if len(expected) == len(got) == 3:
            # Where several arguments are bad, each way may meet another first; the one way always meets the same.
            assert got == _asked(operation.plans(), values)
        else:
            assert got == expected
    count = plans.count
    assert [_asked(plans, values) for values in requests] == [_asked(operation.plans(), values) for values in requests]
    # A plan that could be made is found again, and not made again.
    assert plans.count == count


# Two requests of one shape each.
ALIKE: dict[str, tuple[str, dict[str, object], dict[str, object]]] = {
    "sizes": ("{ messages(first: $first) { nodes { id } } }", {"first": 1}, {"first": 100}),
    "cursors": (
        '{ profile(by: {id: "prf_1"}) { events(after: $after) { nodes { id } } } }',
        {"after": CURSORS.at("Event.occurredAt", 1, "evt_1")},
        {"after": CURSORS.at("Event.occurredAt", 2, "evt_2")},
    ),
    "ids of one kind": ("{ node(id: $id) { id } }", {"id": "evt_1"}, {"id": "evt_2"}),
    "lists of ids of the same kinds": (
        "{ nodes(ids: $ids) { id } }",
        {"ids": ["evt_1", "prf_1"]},
        {"ids": ["evt_2", "prf_4", "evt_9", "?"]},
    ),
    "values of one way": (
        "{ profile(by: $by) { id } }",
        {"by": {"identifier": {"type": "EMAIL", "namespace": "", "value": "a@example.com"}}},
        {"by": {"identifier": {"type": "PHONE", "namespace": "", "value": "+14155550100"}}},
    ),
    "types": (
        '{ profile(by: {id: "prf_1"}) { events(types: $types) { nodes { id } } } }',
        {"types": ["a"]},
        {"types": ["b", "c", "c"]},
    ),
    "periods with the same ends": (
        '{ profile(by: {id: "prf_1"}) { events(during: $during) { nodes { id } } } }',
        {"during": {"from": 1}},
        {"during": {"from": 5, "before": None}},
    ),
    "words": ("{ products(search: $search) { nodes { id } } }", {"search": "lamp"}, {"search": "big lamp"}),
    "conditions": (
        "{ profiles(filter: $filter) { nodes { id } } }",
        {"filter": {"any": [{"kinds": ["LEAD"]}, {"attribute": {"key": "tier", "over": 1}}], "isTest": None}},
        {"filter": {"any": [{"kinds": []}, {"attribute": {"key": "level", "over": "b"}}], "not": None}},
    ),
}


def _operation(document: str, values: Mapping[str, object]) -> Operation:
    return Operation(document, {name: st.just(value) for name, value in values.items()})


@pytest.mark.parametrize("kind", ALIKE)
def test_other_values_of_the_same_shape_have_the_same_plan(kind: str) -> None:
    document, one, other = ALIKE[kind]
    plans = _operation(document, one).plans()
    assert plans.known(tuple(one.values())) is None
    plan = plans.made(tuple(one.values()))
    assert plans.known(tuple(other.values())) is plan
    assert plans.count == 1


# Two requests of one operation that need different statements.
DIFFERENT: dict[str, tuple[str, dict[str, object], dict[str, object]]] = {
    "directions": (
        '{ profile(by: {id: "prf_1"}) { events(direction: $direction) { nodes { id } } } }',
        {"direction": "ASC"},
        {"direction": "DESC"},
    ),
    "orders": (
        "{ profiles(orderBy: $by) { nodes { id } } }",
        {"by": {"field": "LAST_NAME"}},
        {"by": {"field": "CREATED_AT"}},
    ),
    "ends of a list": (
        "{ messages(first: $first, last: $last) { nodes { id } } }",
        {"first": 5, "last": None},
        {"first": None, "last": 5},
    ),
    "a page and the one behind it": (
        "{ messages(after: $after) { nodes { id } } }",
        {"after": None},
        {"after": CURSORS.at("Message.createdAt", 1, "msg_1")},
    ),
    "a place with a value and one without": (
        "{ products(after: $after) { nodes { id } } }",
        {"after": CURSORS.at("Product.name", "Lamp", "pro_1")},
        {"after": CURSORS.at("Product.name", None, "pro_1")},
    ),
    "ids of two kinds": ("{ node(id: $id) { id } }", {"id": "evt_1"}, {"id": "prf_1"}),
    "ways of finding": ("{ resource(by: $by) { id } }", {"by": {"id": "res_1"}}, {"by": {"key": "news", "id": None}}),
    "ways of searching": (
        "{ profiles(search: $search) { nodes { id } } }",
        {"search": "ann"},
        {"search": "ann archer"},
    ),
    "kinds of entries": (
        '{ profile(by: {id: "prf_1"}) { timeline(kinds: $kinds) { nodes { id } } } }',
        {"kinds": ["EVENT"]},
        {"kinds": ["EVENT", "MESSAGE"]},
    ),
    "conditions": (
        "{ profiles(filter: $filter) { nodes { id } } }",
        {"filter": {"not": {"isTest": True}}},
        {"filter": {"all": [{"isTest": True}]}},
    ),
}


@pytest.mark.parametrize("kind", DIFFERENT)
def test_values_of_another_shape_have_a_plan_of_their_own(kind: str) -> None:
    document, one, other = DIFFERENT[kind]
    plans = _operation(document, one).plans()
    first, second = plans.made(tuple(one.values())), plans.made(tuple(other.values()))
    assert first.statement is not None
    assert second.statement is not None
    assert first.statement.text != second.statement.text
    assert plans.known(tuple(one.values())) is first
    assert plans.known(tuple(other.values())) is second
    assert plans.count == 2


def _some_conditions(number: int) -> tuple[object, ...]:
    members = ("kinds", "statuses", "countries", "isTest", "hasIdentifier", "createdAt", "lastSeenAt")
    values: dict[str, object] = {"createdAt": {"from": 5}, "lastSeenAt": {"before": 9}, "isTest": False}
    return ({name: values.get(name, ["x"]) for bit, name in enumerate(members) if number & 1 << bit},)


def test_beyond_sixty_four_shapes_the_oldest_are_given_up_and_the_others_stay_right() -> None:
    assert graph_plans.LARGEST_COUNT == 64
    operation = _operation("{ profiles(filter: $filter) { nodes { id } } }", {"filter": None})
    plans = operation.plans()
    counts = []
    for number in range(100):
        values = _some_conditions(number)
        assert plans.known(values) is None
        plans.made(values)
        counts.append(plans.count)
        assert _asked(plans, values) == _written_out(operation, values)
    assert counts == [*range(1, 65), *[64] * 36]
    assert [plans.known(_some_conditions(number)) is not None for number in range(100)] == [False] * 36 + [True] * 64


def test_large_plans_are_fewer_and_the_one_just_made_is_kept_however_large(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = _operation("{ profiles(filter: $filter) { nodes { id } } }", {"filter": None})
    plans = operation.plans()
    plans.made(_some_conditions(127))
    monkeypatch.setattr(graph_plans, "LARGEST_WEIGHT", 3 * plans.weight)
    for number in range(64, 127):
        plans.made(_some_conditions(number))
        assert plans.weight <= graph_plans.LARGEST_WEIGHT
        assert 2 <= plans.count < 12
        assert plans.known(_some_conditions(number)) is not None

    monkeypatch.setattr(graph_plans, "LARGEST_WEIGHT", 1)
    assert plans.known(_some_conditions(1)) is None
    plans.made(_some_conditions(1))
    assert plans.count == 1
    assert plans.known(_some_conditions(1)) is not None


def test_plans_tell_of_each_one_that_was_made_by_how_much_they_grew() -> None:
    plans = _operation("{ profiles(filter: $filter) { nodes { id } } }", {"filter": None}).plans()
    told: list[int] = []
    plans.when_made = told.append
    for number in range(100):
        plans.made(_some_conditions(number))
        plans.known(_some_conditions(number))
    assert len(told) == 100
    assert sum(told) == plans.weight
    with pytest.raises(BadArgument):
        plans.made(({"any": [{"isTest": True}] * 51},))
    assert len(told) == 100


@pytest.mark.parametrize("kind", DIFFERENT)
def test_a_plan_weighs_what_it_takes_within_a_factor_of_two_and_a_half(kind: str) -> None:
    document, values, _ = DIFFERENT[kind]
    _operation(document, values).plans().made(tuple(values.values()))
    plans = _operation(document, values).plans()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        plans.made(tuple(values.values()))
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken / 2.5 < plans.weight < taken * 2.5


class _ScriptedGraph:
    """Answers every read with what `result` says, and keeps the limits."""

    def __init__(self) -> None:
        self.limits: list[int] = []
        self.result: Exception | list[object] = [[]]

    async def read(self, statement: Statement, **_parameters: object) -> list[object]:
        self.limits.append(statement.timeout_ms)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


_FILTERED = "{ profiles(filter: $filter) { nodes { id } } }"


def _reading(graph: _ScriptedGraph) -> tuple[Reader, Callable[[], Plans]]:
    reader = Reader(cast("Graph", graph), b"key")
    return reader, lambda: reader.plans(with_slots(_FILTERED, ("filter",)))


async def test_only_a_statement_that_was_never_answered_has_the_long_limit() -> None:
    graph = _ScriptedGraph()
    reader, plans_anew = _reading(graph)
    plans = plans_anew()
    for _ in range(2):
        await reader.run(plans, ({"isTest": True},))
    assert graph.limits == [10_000, 2_000]
    # The same text in another document, or after it was pushed out.
    await reader.run(plans_anew(), ({"isTest": False},))
    await reader.answer(with_slots(_FILTERED, ("filter",)), ({"isTest": False},))
    assert graph.limits[2:] == [2_000, 2_000]
    await reader.run(plans, ({"kinds": ["LEAD"]},))
    assert graph.limits[4:] == [10_000]


async def test_a_statement_that_failed_has_the_long_limit_again_and_one_that_ran_into_it_has_not() -> None:
    graph = _ScriptedGraph()
    reader, plans_anew = _reading(graph)
    plans = plans_anew()
    for error in (GraphUnavailable("gone"), GraphTimeout("too long")):
        graph.result = error
        with pytest.raises(type(error)):
            await reader.run(plans, (None,))
    graph.result = [[]]
    for each in (plans, plans, plans_anew()):
        await reader.run(each, (None,))
    assert graph.limits == [10_000, 10_000, 2_000, 2_000, 2_000]
    assert plans.untried == {}


async def test_after_an_outage_every_statement_has_the_long_limit_once_more() -> None:
    graph = _ScriptedGraph()
    reader, plans_anew = _reading(graph)
    one, other = plans_anew(), plans_anew()
    values: tuple[tuple[object], tuple[object]] = ((None,), ({"isTest": True},))
    for plans, value in zip((one, other), values, strict=True):
        await reader.run(plans, value)
    graph.result = ReadsFull("too many")
    with pytest.raises(ReadsFull):
        await reader.run(one, values[0])
    graph.result = GraphUnavailable("gone")
    with pytest.raises(GraphUnavailable):
        await reader.run(one, values[0])
    graph.result, graph.limits = [[]], []
    for _ in range(2):
        for plans, value in zip((one, other), values, strict=True):
            await reader.run(plans, value)
    assert graph.limits == [10_000, 10_000, 2_000, 2_000]


async def test_a_statement_that_became_too_slow_has_the_long_limit_again_after_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1_000.0]
    monkeypatch.setattr(reader_module, "monotonic", lambda: now[0])
    graph = _ScriptedGraph()
    reader, plans_anew = _reading(graph)
    plans = plans_anew()
    await reader.run(plans, (None,))
    for seconds in (0, 30, 29, 1, 0, 60):
        now[0] += seconds
        graph.result = GraphTimeout("too long")
        with pytest.raises(GraphTimeout):
            await reader.run(plans, (None,))
    assert graph.limits == [10_000, 2_000, 2_000, 2_000, 10_000, 2_000, 10_000]


async def test_a_reader_remembers_the_statements_it_met_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "_LARGEST_MEMORY", 2)
    graph = _ScriptedGraph()
    reader, plans_anew = _reading(graph)
    for members in ("isTest", "createdAt", "isTest", "lastSeenAt", "isTest", "createdAt"):
        values: dict[str, object] = {"isTest": True, "createdAt": {"from": 5}, "lastSeenAt": {"from": 5}}
        await reader.run(plans_anew(), ({members: values[members]},))
    assert graph.limits == [10_000, 10_000, 2_000, 10_000, 2_000, 10_000]


_PLACE = CURSORS.at("Event.occurredAt", 1, "evt_1")
_PEOPLE = "{ profiles(filter: $filter) { nodes { id } } }"
_EVENTS = '{ who: profile(by: {id: "prf_1"}) { seen: events(first: $first, after: $after) { nodes { id } } } }'

# An operation, values that are good, values of the same shape that are not, and why.
BAD: dict[str, tuple[str, dict[str, object], tuple[object, ...], tuple[str, tuple[str, ...]]]] = {
    "a page too large": (_EVENTS, {"first": 5, "after": _PLACE}, (101, _PLACE), ("BAD_ARGUMENT", ("who", "seen"))),
    "a page too small": (_EVENTS, {"first": 5, "after": _PLACE}, (0, _PLACE), ("BAD_ARGUMENT", ("who", "seen"))),
    "a forged cursor": (_EVENTS, {"first": 5, "after": _PLACE}, (5, "garbage"), ("CURSOR_INVALID", ("who", "seen"))),
    "a size where only a count is asked for": (
        "{ all: messages(first: $first) { count { value } } }",
        {"first": 5},
        (101,),
        ("BAD_ARGUMENT", ("all",)),
    ),
    "a cursor that the page does not need": (
        '{ profile(by: {id: "prf_1"}) { timeline(kinds: [], after: $after) { nodes { id } } } }',
        {"after": CURSORS.at("Profile.timeline", 1, "evt_1")},
        ("garbage",),
        ("CURSOR_INVALID", ("profile", "timeline")),
    ),
    "a count too large": (
        "{ messages { total: count(limit: $limit) { value } } }",
        {"limit": 1},
        (10_001,),
        ("BAD_ARGUMENT", ("messages", "total")),
    ),
    "too many ids": (
        "{ these: nodes(ids: $ids) { id } }",
        {"ids": ["prf_1"]},
        (["prf_1"] * 101,),
        ("BAD_ARGUMENT", ("these",)),
    ),
    "a filter too deep": (
        _PEOPLE,
        {"filter": {"not": {"isTest": True}}},
        ({"not": {"not": {"not": {"not": {"not": {"isTest": True}}}}}},),
        ("BAD_ARGUMENT", ("profiles",)),
    ),
    "too many conditions": (
        _PEOPLE,
        {"filter": {"any": [{"isTest": True}]}},
        ({"any": [{"isTest": True}] * 50},),
        ("BAD_ARGUMENT", ("profiles",)),
    ),
    "a search too long": (
        "{ products(search: $search) { nodes { id } } }",
        {"search": "lamp"},
        ("x" * 101,),
        ("BAD_ARGUMENT", ("products",)),
    ),
    "too dear": (
        "{ profiles(first: $n) { nodes { events(first: $n) { nodes { products { id } } } } } }",
        {"n": 10},
        (100,),
        ("COST_EXCEEDED", ()),
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_values_are_refused_each_time_and_leave_no_wrong_plan(kind: str) -> None:
    document, good, bad, (code, path) = BAD[kind]
    operation = _operation(document, good)
    values = tuple(good.values())
    plans = operation.plans()
    for _ in range(2):
        # First before any plan is known, then beside the one of the good values.
        for _ in range(2):
            with pytest.raises(BadArgument) as refused:
                _outcome(plans.known(bad) or plans.made(bad), bad)
            assert (refused.value.code, refused.value.path) == (code, path)
        assert _asked(plans, values) == _written_out(operation, values)


def test_a_value_that_was_left_out_is_as_null() -> None:
    """The gateway gives None for both; nothing else stands for an argument that is absent."""
    operation = OPERATIONS["events"]
    nulls = (None, None, None, None, 10_000, None, None, "DESC")
    given, left_out = (
        operation.plans().made(nulls).statement,
        compiled(
            selections_of(f'{{ profile(by: {{id: "prf_1"}}) {{ events {{ {PARTS} count {{ value }} }} }} }}'), CALLER
        ).statement,
    )
    assert given is not None
    assert left_out is not None
    assert given.text == left_out.text
