from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from graph.reading.compile import compiled
from graph.reading.draft import Caller
from graph.selection import Selection
from tests.graph.reading.places import CURSORS

Selected = Callable[[str], tuple[Selection, ...]]

_PLACE = CURSORS.at("Event.occurredAt", 5000, "evt_5")

GOLDEN: dict[str, tuple[str, str, Mapping[str, object]]] = {
    "all attributes that are defined": (
        """attributeDefinitions { key values }""",
        """
CALL () {
MATCH (v0:AttributeDefinition) USING INDEX v0:AttributeDefinition(key) WHERE v0.key IS NOT NULL
WITH v0 LIMIT 10000 WHERE v0.key IS NOT NULL
WITH v0 ORDER BY v0.key ASC LIMIT $p0
RETURN collect([v0.key, v0.values]) AS c1
}
RETURN [c1] AS data""",
        {"p0": 500},
    ),
    "plain values, one column for each": (
        'profile(by: {id: "prf_1"}) { id again: id city createdAt birthDate }',
        """
CALL () {
MATCH (v0o:Profile {id: $p0}) OPTIONAL MATCH (v0w:Profile {id: v0o.mergedInto}) WITH *, coalesce(v0w, v0o) AS v0
RETURN collect([v0.id, v0.city, v0.createdAt.epochMillis, toString(v0.birthDate)]) AS c1
}
RETURN [c1] AS data""",
        {"p0": "prf_1"},
    ),
    "a link, shared by the fields that take it": (
        'message(id: "msg_1") { address masked subscription { profile { id } } }',
        """
CALL () {
MATCH (v0:Message {id: $p0})
OPTIONAL CALL (v0) { MATCH (v0)-[:TO]->()-[:AT]->(v1) RETURN v1 LIMIT 1 }
OPTIONAL CALL (v0) { MATCH (v0)-[:TO]->(v2) RETURN v2 LIMIT 1 }
OPTIONAL CALL (v2) { MATCH (v2)<-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]-(v3o) \
OPTIONAL MATCH (v3w:Profile {id: v3o.mergedInto}) RETURN coalesce(v3w, v3o) AS v3 LIMIT 1 }
RETURN collect([v1.value, v1.masked, v3.id, v2.id]) AS c4
}
RETURN [c4] AS data""",
        {"p0": "msg_1"},
    ),
    "a list along edges": (
        'purchase(by: {id: "pur_1"}) { lines(first: 5) { nodes { product { sku } total { amount } } } }',
        """
CALL () {
MATCH (v0:Purchase {id: $p0})
CALL (v0) {
MATCH (v0)-[v1:CONTAINS]->(v1x)
WITH v1, v1x LIMIT 10000
WITH v1, v1x ORDER BY v1.position ASC, v1x.id ASC LIMIT $p1
RETURN collect([v1x.sku, v1.totalMicros]) AS c2
}
RETURN collect([c2]) AS c3
}
RETURN [c3] AS data""",
        {"p0": "pur_1", "p1": 5},
    ),
    "a history behind a cursor": (
        f"""profile(by: {{id: "prf_1"}}) {{
        events(first: 2, after: "{_PLACE}") {{ nodes {{ id }} pageInfo {{ hasNextPage }} }} }}""",
        """
CALL () {
MATCH (v0o:Profile {id: $p0}) OPTIONAL MATCH (v0w:Profile {id: v0o.mergedInto}) WITH *, \
coalesce(v0w, v0o) AS v0
CALL (v0) {
UNWIND coalesce(v0.memberIds, [v0.id]) AS v1m
CALL (v1m) {
MATCH (v1:Event) USING INDEX SEEK v1:Event(profileId, occurredAt, id) WHERE v1.profileId = v1m AND \
v1.occurredAt = datetime({epochMillis: $p2}) AND v1.id < $p3 RETURN v1 ORDER BY v1.profileId DESC, \
v1.occurredAt DESC, v1.id DESC LIMIT $p1
UNION ALL
MATCH (v1:Event) USING INDEX SEEK v1:Event(profileId, occurredAt, id) WHERE v1.profileId = v1m AND \
v1.occurredAt < datetime({epochMillis: $p2}) AND v1.id IS NOT NULL RETURN v1 ORDER BY v1.profileId \
DESC, v1.occurredAt DESC, v1.id DESC LIMIT $p1
}
WITH v1 ORDER BY v1.occurredAt DESC, v1.id DESC LIMIT $p1
RETURN collect([v1.id, v1.occurredAt.epochMillis]) AS c2
}
RETURN collect([c2]) AS c3
}
RETURN [c3] AS data""",
        {"p0": "prf_1", "p1": 3, "p2": 5000, "p3": "evt_5"},
    ),
    "a list of everybody": (
        "profiles(last: 1) { edges { cursor } }",
        """
CALL () {
MATCH (v0:Profile) USING INDEX v0:Profile(createdAt, id) WHERE v0.createdAt IS NOT NULL AND v0.id \
IS NOT NULL AND v0.mergedInto IS NULL
WITH v0 ORDER BY v0.createdAt ASC, v0.id ASC LIMIT $p0
RETURN collect([v0.createdAt.epochMillis, v0.id]) AS c1
}
RETURN [c1] AS data""",
        {"p0": 1},
    ),
    "a count alone reads no entries": (
        'resource(by: {key: "news"}) { categories { count(limit: 9) { value } } }',
        """
CALL () {
MATCH (v0:Resource {key: $p0})
CALL (v0) {
MATCH (v0)-[:OFFERS]->(v2)
WITH v2 LIMIT 10001
WITH v2 LIMIT $p1
RETURN [count(v2), count(v2)] AS n3
}
RETURN collect([n3]) AS c4
}
RETURN [c4] AS data""",
        {"p0": "news", "p1": 10},
    ),
    "things of several types by their ids": (
        'nodes(ids: ["evt_1", "res_1", "evt_2"]) { id }',
        """
CALL () {
UNWIND $p0 AS v0i
MATCH (v0:Event {id: v0i})
RETURN collect([v0i, v0.id]) AS c1
}
CALL () {
UNWIND $p0 AS v2i
MATCH (v2:Resource {id: v2i})
RETURN collect([v2i, v2.id]) AS c3
}
RETURN [c1, c3] AS data""",
        {"p0": ["evt_1", "res_1", "evt_2"]},
    ),
}


@pytest.mark.parametrize("kind", GOLDEN)
def test_each_kind_of_field_has_this_statement(selected: Selected, kind: str) -> None:
    document, text, parameters = GOLDEN[kind]
    plan = compiled(selected("{" + document + "}"), Caller(CURSORS))
    assert plan.statement is not None
    assert plan.statement.text == text.strip()
    assert plan.constants == parameters


def _text(selections: tuple[Selection, ...]) -> str:
    statement = compiled(selections, Caller(CURSORS)).statement
    assert statement is not None
    return statement.text


def test_the_same_document_with_other_values_has_the_same_text(selected: Selected) -> None:
    document = """{{ profile(by: {{identifier: {{type: EMAIL, value: "{0}@example.com"}}}}) {{
        subscriptions(channel: {1}, first: {2}) {{ count(limit: {2}) {{ value }} nodes {{ id }} }}
        events(types: ["{0}"], during: {{from: {2}}}, last: {2}) {{ nodes {{ id }} }}
        messages(states: [{1}], after: "{3}") {{ pageInfo {{ endCursor }} }} }} }}"""
    one = selected(document.format("ann", "EMAIL", 3, CURSORS.at("Message.createdAt", 1, "msg_1")))
    other = selected(document.format("bob", "SMS", 50, CURSORS.at("Message.createdAt", 99, "msg_2")))
    assert _text(one) == _text(other)


def test_values_stand_only_in_parameters(selected: Selected) -> None:
    text = _text(
        selected(
            """{ profile(by: {id: "SECRET"}) { subscriptions(channel: SECRET) { nodes { id } }
            events(types: ["SECRET"], during: {from: 777777}) { nodes { id } } }
            nodes(ids: ["prf_SECRET"]) { id } resource(by: {key: "SECRET"}) { id } }"""
        )
    )
    assert "SECRET" not in text
    assert "777777" not in text


def test_fields_that_are_not_asked_for_leave_no_trace(selected: Selected) -> None:
    text = _text(selected('{ profile(by: {id: "prf_1"}) { id subscriptions { nodes { id } } } }'))
    for word in ("firstName", "birthDate", "IDENTIFIES", "AT]", "Event", "Purchase", "Message", "optIn"):
        assert word not in text


def test_a_page_looks_one_further_only_where_that_is_asked(selected: Selected) -> None:
    blind = compiled(selected("{ messages(first: 7) { nodes { id } } }"), Caller(CURSORS))
    looking = compiled(selected("{ messages(first: 7) { nodes { id } pageInfo { hasNextPage } } }"), Caller(CURSORS))
    assert (blind.constants["p0"], looking.constants["p0"]) == (7, 8)
