from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.graph.reading.operators import Operator
from tests.graph.reading.places import CURSORS

Explain = Callable[[str], Operator]
Write = Callable[..., Awaitable[None]]

_EVENT = CURSORS.at("Event.occurredAt", 5000, "evt_5")
_LATER_EVENT = CURSORS.at("Event.occurredAt", 9000, "evt_9")
_NAME = CURSORS.at("Profile.lastName", "Archer", "prf_1")
_NO_NAME = CURSORS.at("Profile.lastName", None, "prf_1")
_CREATED = CURSORS.at("Profile.createdAt", 5, "prf_1")

_PROFILE_PAGE = """{ profile(by: {id: "prf_1"}) { id kind status firstName
    identifiers { nodes { type masked } } subscriptions(first: 10) { nodes { id channel address { masked }
      resource { title } categories { joined category { title } } } }
    events(first: 20) { edges { cursor node { id eventType profile { id } products { sku } } }
      pageInfo { hasNextPage } }
    purchases(first: 10) { nodes { id lines(first: 5) { nodes { quantity product { name } } } } count { value } }
    messages(first: 20) { nodes { id messageState address } } } }"""

DOCUMENTS = {
    "the profile page": _PROFILE_PAGE,
    "a history behind a cursor": _PROFILE_PAGE.replace("first: 20) { edges", f'first: 20, after: "{_EVENT}") {{ edges'),
    "a history before a cursor": _PROFILE_PAGE.replace("first: 20) { edges", f'last: 20, before: "{_EVENT}") {{ edges'),
    "a history between cursors": _PROFILE_PAGE.replace(
        "first: 20) { edges", f'first: 20, after: "{_LATER_EVENT}", before: "{_EVENT}") {{ edges'
    ),
    "a history upwards": _PROFILE_PAGE.replace("first: 20) { edges", "first: 20, direction: ASC) { edges"),
    "a history of some types in a period": _PROFILE_PAGE.replace(
        "first: 20) { edges", f'types: ["a", "b"], during: {{from: 1, before: 9}}, after: "{_EVENT}") {{ edges'
    ),
    "a filtered history": """{ profile(by: {id: "prf_1"}) { messages(states: [SENT], channel: EMAIL) {
        nodes { id } pageInfo { endCursor hasNextPage } count { value } }
        purchases(kinds: [SALE], statuses: [PAID], during: {from: 5}) { nodes { id } } } }""",
    "people by name": "{ profiles(orderBy: {field: LAST_NAME, direction: ASC}) { nodes { id } count { value } } }",
    "people by name, further": f'{{ profiles(orderBy: {{field: LAST_NAME}}, after: "{_NAME}") {{ nodes {{ id }} }} }}',
    "people without a name": f"""{{ profiles(orderBy: {{field: LAST_NAME}}, last: 5, before: "{_NO_NAME}") {{
        nodes {{ id }} }} }}""",
    "people by age": f'{{ profiles(after: "{_CREATED}") {{ nodes {{ id }} }} }}',
    "people last seen": "{ profiles(orderBy: {field: LAST_SEEN_AT, direction: DESC}) { nodes { id } } }",
    "messages, products, resources": """{ messages { nodes { id attempts { nodes { id } } } }
        products { nodes { id purchases(first: 5) { nodes { id profile { id } } } } } resources { nodes { id } } }""",
    "things by their keys": """{ a: profile(by: {identifier: {type: EMAIL, value: "a@example.com"}}) { id }
        identifier(by: {type: EMAIL, value: "a@example.com"}) { profiles { nodes { id } } }
        resource(by: {key: "news"}) { id } product(by: {sku: {source: "s", sku: "1"}}) { id }
        purchase(by: {external: {source: "s", externalId: "1"}}) { id } message(id: "msg_1") { id }
        nodes(ids: ["prf_1", "evt_1", "sub_1", "idn_1", "att_1", "out_1", "cat_1"]) { id } }""",
}


# Lists and counts of everything begin at an end of an index; all else reads an index only by a place in it.
WHOLE_INDEXES = {
    "people by name": 3,
    "people by name, further": 1,
    "people by age": 0,
    "people without a name": 1,
    "people last seen": 2,
    "messages, products, resources": 4,
}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_no_statement_scans_a_label_or_sorts_what_no_limit_bounds(explain: Explain, kind: str) -> None:
    plan = explain(DOCUMENTS[kind])
    assert plan.faults() == []
    assert len(plan.whole_indexes()) == WHOLE_INDEXES.get(kind, 0), plan.whole_indexes()


def test_each_history_of_the_profile_page_is_read_in_the_order_of_its_index(explain: Explain) -> None:
    steps = list(explain(_PROFILE_PAGE).walk())
    for index in (
        "Event(profileId, occurredAt, id)",
        "Purchase(profileId, placedAt, id)",
        "Message(profileId, createdAt, id)",
    ):
        reading = [step for step in steps if step.name == "Limit" and index in step.below[0].details]
        assert [step.below[0].name for step in reading] == ["NodeIndexSeek"], index


def test_some_types_are_read_by_the_index_that_holds_the_type(explain: Explain) -> None:
    steps = list(explain(DOCUMENTS["a history of some types in a period"]).walk())
    seeks = [step for step in steps if "Event(profileId, type, occurredAt, id)" in step.details]
    assert {step.name for step in seeks} == {"NodeIndexSeek"}
    assert len(seeks) == 2


_TWO_PEOPLE = """
UNWIND [['prf_short', 100], ['prf_long', 6000]] AS row WITH row[0] AS id, row[1] AS length
CREATE (:Profile {id: id, kind: 'LEAD', status: 'SUBSCRIBED', createdAt: datetime({epochMillis: 1})})
WITH id, length UNWIND range(1, length) AS n
CREATE (:Event {id: 'evt_' + id + n, profileId: id, type: 'view', occurredAt: datetime({epochMillis: n / 4})})
CREATE (:Message {id: 'msg_' + id + n, profileId: id, state: 'SENT', createdAt: datetime({epochMillis: n / 4})})
"""


async def test_a_long_history_costs_no_more_to_show_than_a_short_one(
    write: Write, database_hits: Callable[[str], int]
) -> None:
    await write(_TWO_PEOPLE)
    place = CURSORS.at("Event.occurredAt", 20, "evt_prf_m")
    for page in (_PROFILE_PAGE, _PROFILE_PAGE.replace("first: 20) { edges", f'first: 20, after: "{place}") {{ edges')):
        short = database_hits(page.replace("prf_1", "prf_short"))
        long = database_hits(page.replace("prf_1", "prf_long"))
        assert short > 100
        assert long <= short * 1.1


async def test_a_filter_that_finds_nothing_looks_at_a_bounded_part(
    write: Write, database_hits: Callable[[str], int]
) -> None:
    await write(_TWO_PEOPLE)
    hits = database_hits(
        """{ profile(by: {id: "prf_long"}) { messages(states: [FAILED]) {
        nodes { id } pageInfo { hasNextPage endCursor } } } }"""
    )
    # A thousand messages, looked at once for the entries and once for the place where looking ended.
    assert hits < 5_000


async def test_dead_letters_are_found_without_looking_at_the_others(
    write: Write, database_hits: Callable[[str], int]
) -> None:
    await write(_TWO_PEOPLE)
    hits = database_hits(
        "{ messages(filter: {states: [FAILED, UNKNOWN]}) { nodes { id } pageInfo { hasNextPage endCursor } } }"
    )
    assert hits < 20
