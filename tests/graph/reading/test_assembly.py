"""The assembly that is generated for each plan gives what the careful one gives, whatever the graph's record holds."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.reading import assemble
from graph.reading.answer import Answer, FieldError
from graph.reading.compile import Plan, compiled
from graph.reading.cut import Cut, Place
from graph.reading.draft import Caller
from graph.reading.fields import Computed, Far, Field, Leaf
from graph.reading.roots import InOrder, Only
from graph.reading.shapes import SHAPES
from graph.reading.variants import Variant
from graph.selection import Selection, Withheld
from tests.graph.reading.documents import selections_of
from tests.graph.reading.places import CURSORS
from tests.graph.reading.records import Dice, readings_of, record_of

_PAGE_INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor __typename }"

_EARLY, _LATE = (CURSORS.at("Event.occurredAt", at, "evt_1") for at in (1, 9))

DOCUMENTS = {
    "values, optional and required": """{ profile(by: {id: "prf_1"}) { id mergedIds revision firstName again: firstName
        birthDate createdAt updatedAt lastSeenAt __typename } }""",
    "a root by its kind": '{ node(id: "evt_1") { id __typename ... on Event { value properties products { sku } } } }',
    "links": """{ message(id: "msg_1") { address masked subscription { profile { id city } resource { title } }
        outreach { id refusedBy } resource { key } profile { id } } }""",
    "money and lines": """{ purchase(by: {id: "pur_1"}) { total { amount currency __typename } delivery { amount }
        lines(first: 2) { nodes { position product { sku name } unitPrice { amount }
        total { amount currency } } } } }""",
    "a connection's entries as they are": """{ profile(by: {id: "prf_1"}) {
        events(first: 2) { nodes { id occurredAt causedBy { id subject } profile { id } } } } }""",
    "all parts of a connection": f"""{{ profiles(first: 2) {{ __typename edges {{ cursor __typename node {{ id city
        subscriptions(last: 2) {{ {_PAGE_INFO} nodes {{ id optIn {{ at ip source }} address {{ value }} }} }} }} }}
        nodes {{ id lastSeenAt }} {_PAGE_INFO} count {{ value exact __typename }}
        few: count(limit: 2) {{ value }} }} }}""",
    "a page between places": f"""{{ profile(by: {{id: "prf_1"}}) {{ events(last: 2,
        after: "{_EARLY}", before: "{_LATE}") {{
        {_PAGE_INFO} edges {{ cursor node {{ eventType }} }} }} }} }}""",
    "a page that a filter may end": f"""{{ profiles(first: 2, filter: {{kinds: [LEAD]}}) {{ {_PAGE_INFO}
        nodes {{ id createdAt messages(last: 2, states: [SENT]) {{ {_PAGE_INFO} nodes {{ id }} }} }} }} }}""",
    "a count alone": "{ messages { count { value exact } } }",
    "one of several people": """{ profile(by: {identifier: {type: EMAIL, value: "a@example.com"}}) { id city
        identifiers { nodes { masked value profiles(first: 1) { nodes { id } } } } } }""",
    "several roots": """{ a: resource(by: {key: "news"}) { title categories { nodes { title resource { id } } } }
        b: product(by: {id: "pro_1"}) { name purchases(first: 2) { nodes { id total { amount } } } } __typename
        identifier(by: {type: EMAIL, value: "a@example.com"}) { masked }
        resources(first: 2) { nodes { channels } } }""",
    "things by their ids": """{ nodes(ids: ["prf_1", "evt_1", "prf_2", "?", "evt_1", "sub_1", "msg_1"]) { id __typename
        ... on Profile { firstName createdAt events(first: 2) { nodes { id } } } ... on Event { eventType value }
        ... on ChannelSubscription { categories { joined since category { title } } } ... on Message { subject } } }""",
    "the timeline": f"""{{ profile(by: {{id: "prf_1"}}) {{ timeline(first: 2) {{ {_PAGE_INFO} count {{ value }}
        edges {{ cursor node {{ id at kind __typename profile {{ id }} }} }} nodes {{
        ... on Event {{ value products {{ sku }} }}
        ... on Purchase {{ total {{ amount }} lines(first: 2) {{ nodes {{ position }} {_PAGE_INFO} }} }}
        ... on Message {{ subject masked attempts(first: 2) {{ nodes {{ outcome }} }} }} }} }} }} }}""",
    "a computed field": """{ profiles(first: 2) { nodes { id effectiveTimezone { zone source __typename }
        other: effectiveTimezone { zone } timezone
        events(first: 2) { nodes { profile { effectiveTimezone { zone } } } } } } }""",
}

# Withheld fields, by name: in the document above all of these are asked for.
_WITHHELD = {
    "what is withheld": (
        """{ profiles(first: 2) { nodes { id firstName lastSeenAt events(first: 2) { nodes { id causedBy { id } }
        count { value } } purchases { nodes { id } } } }
        resource(by: {key: "news"}) { title } message(id: "msg_1") { id } }""",
        {
            "firstName": Withheld.BLANK,
            "causedBy": Withheld.FORBIDDEN,
            "purchases": Withheld.FORBIDDEN_REQUIRED,
            "message": Withheld.FORBIDDEN,
        },
    ),
    "a whole list that is withheld": (
        '{ resource(by: {key: "news"}) { title } profiles { nodes { id } } }',
        {"profiles": Withheld.FORBIDDEN_REQUIRED},
    ),
}


def _withholding(selections: Sequence[Selection], names: Mapping[str, Withheld]) -> tuple[Selection, ...]:
    return tuple(
        Selection(each.response_key, each.name, withheld=names[each.name])
        if each.name in names
        else replace(each, children=_withholding(each.children, names))
        for each in selections
    )


def _plan(kind: str) -> Plan:
    if kind in DOCUMENTS:
        return compiled(selections_of(DOCUMENTS[kind]), Caller(CURSORS))
    document, names = _WITHHELD[kind]
    return compiled(_withholding(selections_of(document), names), Caller(CURSORS))


KINDS = [*DOCUMENTS, *_WITHHELD]
PLANS = {kind: _plan(kind) for kind in KINDS}


def _dice(seed: int, nulls: float, bad: float, parameters: Mapping[str, Any]) -> Dice:
    return Dice(random.Random(seed), nulls, bad, parameters)  # noqa: S311  # A test's choices, not a secret.


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150)
@given(seed=st.integers(0, 2**32), nulls=st.sampled_from([0.0, 0.02, 0.2]), bad=st.sampled_from([0.0, 0.02]))
def test_the_fast_assembly_gives_what_the_careful_one_gives(kind: str, seed: int, nulls: float, bad: float) -> None:
    plan = PLANS[kind]
    parameters = plan.parameters(())
    record = cast("list[Any]", record_of(plan, _dice(seed, nulls, bad, parameters)))
    answer = plan.assemble(record, parameters)
    careful = plan.assemble_carefully(record, parameters)
    assert answer == careful
    if nulls == bad == 0.0 and not careful.errors:
        # Nothing was missing, so it must not have been the careful one that answered.
        assert plan.fast(record, parameters) == careful.data


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_record_with_nothing_missing_is_answered_fast(kind: str) -> None:
    plan = PLANS[kind]
    parameters = plan.parameters(())
    fast = 0
    for seed in range(40):
        record = cast("list[Any]", record_of(plan, _dice(seed, 0.0, 0.0, parameters)))
        for computation in plan.computations:
            computation.fill(record)
        careful = plan.assemble_carefully(record, parameters)
        if not careful.errors:
            assert plan.fast(record, parameters) == careful.data
            fast += 1
    assert fast >= 5


def test_every_kind_of_reading_is_among_the_plans() -> None:
    found = {type(each) for plan in PLANS.values() for each in readings_of(plan.reading)}
    assert found == {
        assemble.Leaf,
        assemble.Constant,
        assemble.Forbidden,
        assemble.Record,
        assemble.Present,
        assemble.Each,
        assemble.Computed,
        assemble.Guarded,
        Only,
        InOrder,
        Variant,
        Cut,
        Place,
    }


def _fails(_: Sequence[Sequence[object]]) -> Sequence[object]:
    raise ZeroDivisionError


def _profile_with(monkeypatch: pytest.MonkeyPatch, field: Field) -> None:
    fields = cast("dict[str, Field]", SHAPES["Profile"].fields)
    monkeypatch.setitem(fields, "effectiveTimezone", field)


_COMPUTED = "{ profiles(first: 2) { nodes { id effectiveTimezone { zone } } } }"
_RECORD: list[Any] = [[["prf_1", None, "GB", None], ["prf_2", "Europe/London", None, None]]]


def _assembled(record: list[Any]) -> Answer:
    plan = compiled(selections_of(_COMPUTED), Caller(CURSORS))
    assert plan.statement is not None
    assert "collect([v0.id, v0.timezone, v0.country, null])" in plan.statement.text
    return plan.assemble([[list(row) for row in record[0]]], plan.parameters(()))


def test_a_computation_sees_all_rows_of_an_answer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Sequence[Sequence[object]]] = []

    def noting(rows: Sequence[Sequence[object]]) -> Sequence[object]:
        calls.append(rows)
        return [[f"zone {index}", "DECLARED"] for index, _ in enumerate(rows)]

    _profile_with(monkeypatch, Computed("EffectiveTimezone", ("{v}.timezone", "{v}.country"), noting))
    assert _assembled(_RECORD) == Answer(
        {
            "profiles": {
                "nodes": [
                    {"id": "prf_1", "effectiveTimezone": {"zone": "zone 0"}},
                    {"id": "prf_2", "effectiveTimezone": {"zone": "zone 1"}},
                ]
            }
        }
    )
    assert calls == [[[None, "GB"], ["Europe/London", None]]]


def test_a_computation_that_fails_leaves_the_rest_of_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = ("{v}.timezone", "{v}.country")
    _profile_with(monkeypatch, Computed("EffectiveTimezone", needs, _fails))
    message = "This could not be computed."
    assert _assembled(_RECORD) == Answer(
        {
            "profiles": {
                "nodes": [{"id": "prf_1", "effectiveTimezone": None}, {"id": "prf_2", "effectiveTimezone": None}]
            }
        },
        (
            FieldError(("profiles", "nodes", 0, "effectiveTimezone"), "INTERNAL", message),
            FieldError(("profiles", "nodes", 1, "effectiveTimezone"), "INTERNAL", message),
        ),
    )


def test_a_computation_that_fails_for_one_person_leaves_the_others_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    def compute(rows: Sequence[Sequence[object]]) -> Sequence[object]:
        if any(country == "GB" for _, country in rows):
            raise ValueError("no such country")
        return [["UTC", "DEFAULT"] for _ in rows]

    _profile_with(monkeypatch, Computed("EffectiveTimezone", ("{v}.timezone", "{v}.country"), compute))
    answer = _assembled(_RECORD)
    nodes = [
        {"id": "prf_1", "effectiveTimezone": None},
        {"id": "prf_2", "effectiveTimezone": {"zone": "UTC"}},
    ]
    assert answer.data == {"profiles": {"nodes": nodes}}
    assert [(error.path, error.code) for error in answer.errors] == [
        (("profiles", "nodes", 0, "effectiveTimezone"), "INTERNAL")
    ]


def test_a_computation_may_say_that_there_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = ("{v}.timezone", "{v}.country")
    _profile_with(monkeypatch, Computed("EffectiveTimezone", needs, lambda rows: [None] * len(rows)))
    nodes = [{"id": "prf_1", "effectiveTimezone": None}, {"id": "prf_2", "effectiveTimezone": None}]
    assert _assembled(_RECORD) == Answer({"profiles": {"nodes": nodes}})


def test_a_computation_that_gives_too_few_values_fails_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = ("{v}.timezone", "{v}.country")
    _profile_with(monkeypatch, Computed("EffectiveTimezone", needs, lambda _: []))
    answer = _assembled(_RECORD)
    assert [error.code for error in answer.errors] == ["INTERNAL", "INTERNAL"]


def _leaves() -> list[tuple[str, Leaf]]:
    fields = [(f"{shape.name}.{name}", each) for shape in SHAPES.values() for name, each in shape.fields.items()]
    leaves = [(name, each) for name, each in fields if isinstance(each, Leaf)]
    return [*leaves, *((name, each.leaf) for name, each in fields if isinstance(each, Far))]


def test_every_conversion_of_a_required_value_fails_at_none() -> None:
    """The fast assembly converts what must be there without a look, and relies on it."""
    converts = {each.convert: name for name, each in _leaves() if each.convert is not None and each.required}
    assert len(converts) >= 2
    for convert, name in converts.items():
        with pytest.raises((ValueError, TypeError, ArithmeticError)):
            pytest.fail(f"{name} converts None to {convert(None)!r}")
