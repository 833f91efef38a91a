from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from graph.reading import connection, indexed
from graph.reading.reader import Answer

Ask = Callable[[str], Awaitable[Answer]]
Write = Callable[..., Awaitable[None]]

# 250 events of one person under two ids, five to a millisecond, ids in another order than times.
_EVENTS = """
CREATE (:Profile {id: 'prf_a', revision: 1, memberIds: ['prf_a', 'prf_b'], createdAt: datetime({epochMillis: 1})})
WITH 1 AS once UNWIND range(0, 249) AS n
CREATE (:Event {id: 'evt_' + toString(1000 + (n * 7) % 250), profileId: CASE n % 3 WHEN 0 THEN 'prf_b' ELSE 'prf_a' END,
  type: CASE n % 2 WHEN 0 THEN 'view' ELSE 'click' END, occurredAt: datetime({epochMillis: 5000 + n / 5})})
"""
_OLDEST_FIRST = [
    identity for _, identity in sorted((5000 + number // 5, f"evt_{1000 + number * 7 % 250}") for number in range(250))
]


def _connection(answer: Answer, name: str = "events") -> dict[str, Any]:
    assert answer.errors == ()
    assert answer.data is not None
    profile: Any = answer.data["profile"]
    found: dict[str, Any] = profile[name]
    return found


def _ids(connection: dict[str, Any]) -> list[str]:
    return [each["node"]["id"] for each in connection["edges"]]


async def _events(ask: Ask, arguments: str) -> dict[str, Any]:
    parts = "edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    return _connection(await ask(f'{{ profile(by: {{id: "prf_a"}}) {{ events({arguments}) {{ {parts} }} }} }}'))


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_walking_forward_shows_every_event_once_in_order(ask: Ask, write: Write, direction: str) -> None:
    await write(_EVENTS)
    seen: list[str] = []
    after, pages = "", 0
    while True:
        page = await _events(ask, f"first: 37, direction: {direction}{after}")
        seen += _ids(page)
        pages += 1
        assert page["pageInfo"]["hasPreviousPage"] is (pages > 1)
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = f', after: "{page["pageInfo"]["endCursor"]}"'
    assert seen == (_OLDEST_FIRST if direction == "ASC" else _OLDEST_FIRST[::-1])
    assert pages == 7


async def test_walking_backward_shows_every_event_once_in_the_same_order(ask: Ask, write: Write) -> None:
    await write(_EVENTS)
    seen: list[str] = []
    before, pages = "", 0
    while True:
        page = await _events(ask, f"last: 50{before}")
        seen = _ids(page) + seen
        pages += 1
        assert page["pageInfo"]["hasNextPage"] is (pages > 1)
        if not page["pageInfo"]["hasPreviousPage"]:
            break
        before = f', before: "{page["pageInfo"]["startCursor"]}"'
    assert seen == _OLDEST_FIRST[::-1]
    assert pages == 5


async def test_a_page_lies_between_two_cursors_from_either_end(ask: Ask, write: Write) -> None:
    await write(_EVENTS)
    newest_first = _OLDEST_FIRST[::-1]
    cursors = [each["cursor"] for each in (await _events(ask, "first: 100"))["edges"]]
    between = f'after: "{cursors[10]}", before: "{cursors[18]}"'
    # Both cursors lie in the middle of a millisecond that five events share.
    assert _ids(await _events(ask, f"first: 100, {between}")) == newest_first[11:18]
    assert _ids(await _events(ask, f"first: 3, {between}")) == newest_first[11:14]
    assert _ids(await _events(ask, f"last: 3, {between}")) == newest_first[15:18]
    assert _ids(await _events(ask, f'first: 5, after: "{cursors[12]}", before: "{cursors[14]}"')) == newest_first[13:14]
    empty = await _events(ask, f'first: 5, after: "{cursors[18]}", before: "{cursors[10]}"')
    assert empty["edges"] == []
    assert empty["pageInfo"]["hasNextPage"] is False
    assert empty["pageInfo"]["endCursor"] is None


async def test_pages_stay_where_they_are_while_others_write(ask: Ask, write: Write) -> None:
    await write(_EVENTS)
    page = await _events(ask, "first: 20")
    await write(
        "CREATE (:Event {id: 'evt_zz', profileId: 'prf_a', type: 'late', occurredAt: datetime({epochMillis: 99999})})"
    )
    following = await _events(ask, f'first: 20, after: "{page["pageInfo"]["endCursor"]}"')
    assert _ids(following) == _OLDEST_FIRST[::-1][20:40]


async def test_types_and_periods_narrow_a_history_and_its_count(ask: Ask, write: Write) -> None:
    await write(_EVENTS)
    clicks = [
        f"evt_{1000 + number * 7 % 250}"
        for number in range(250)
        if number % 2 == 1 and 5010 <= 5000 + number // 5 < 5014
    ]
    answer = await ask(
        """{ profile(by: {id: "prf_a"}) { events(types: ["click"], during: {from: 5010, before: 5014}, first: 100) {
        edges { node { id eventType } } count { value exact } few: count(limit: 3) { value exact } } } }"""
    )
    found = _connection(answer)
    assert sorted(_ids(found)) == sorted(clicks)
    assert {each["node"]["eventType"] for each in found["edges"]} == {"click"}
    assert found["count"] == {"value": 10, "exact": True}
    assert found["few"] == {"value": 3, "exact": False}


async def test_a_page_of_several_types_is_one_order_and_its_cursors_go_on(ask: Ask, write: Write) -> None:
    await write(_EVENTS)
    types = 'types: ["view", "click"], during: {before: 5030}'
    first = await _events(ask, f"first: 60, {types}")
    second = await _events(ask, f'first: 100, {types}, after: "{first["pageInfo"]["endCursor"]}"')
    assert _ids(first) + _ids(second) == _OLDEST_FIRST[:150][::-1]
    assert second["pageInfo"]["hasNextPage"] is False


async def test_default_size_is_twenty(ask: Ask, write: Write) -> None:
    await write(_EVENTS)
    page = await _events(ask, "direction: DESC")
    assert len(page["edges"]) == 20
    assert page["pageInfo"]["hasNextPage"] is True


_MESSAGES = """
CREATE (:Profile {id: 'prf_a', revision: 1, createdAt: datetime({epochMillis: 1})})
WITH 1 AS once UNWIND range(0, 2199) AS n
CREATE (:Message {id: 'msg_' + toString(10000 + n), profileId: 'prf_a', channel: 'EMAIL',
  state: CASE WHEN n IN [0, 1, 1150, 2195] THEN 'FAILED' ELSE 'SENT' END, createdAt: datetime({epochMillis: n / 3})})
"""


@pytest.mark.parametrize("backward", [False, True])
async def test_a_rare_filter_gives_short_pages_that_lead_on_and_misses_nothing(
    ask: Ask, write: Write, *, backward: bool
) -> None:
    await write(_MESSAGES)
    seen: list[list[str]] = []
    size, bound = ("last", "before") if backward else ("first", "after")
    more, edge = ("hasPreviousPage", "startCursor") if backward else ("hasNextPage", "endCursor")
    position = ""
    while True:
        page = _connection(
            await ask(
                f"""{{ profile(by: {{id: "prf_a"}}) {{ messages(states: [FAILED], {size}: 2{position}) {{
                edges {{ node {{ id }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}"""
            ),
            "messages",
        )
        seen.append(_ids(page))
        if not page["pageInfo"][more]:
            break
        position = f', {bound}: "{page["pageInfo"][edge]}"'
    # A page looks at a thousand messages, so the four that failed do not come in two full pages.
    if backward:
        assert seen == [["msg_10001", "msg_10000"], ["msg_11150"], ["msg_12195"]]
    else:
        assert seen == [["msg_12195"], ["msg_11150"], ["msg_10001", "msg_10000"]]


async def test_a_count_under_a_filter_reaches_a_small_limit_where_so_many_are(ask: Ask, write: Write) -> None:
    await write(_MESSAGES)
    answer = await ask(
        """{ profile(by: {id: "prf_a"}) { messages(states: [FAILED]) {
        all: count { value exact } four: count(limit: 4) { value exact } three: count(limit: 3) { value exact } } } }"""
    )
    counted = _connection(answer, "messages")
    assert counted["all"] == {"value": 4, "exact": True}
    assert counted["four"] == {"value": 4, "exact": True}
    assert counted["three"] == {"value": 3, "exact": False}


async def test_a_count_under_a_filter_says_when_it_did_not_look_at_everything(
    ask: Ask, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(_MESSAGES)
    monkeypatch.setattr(connection, "LARGEST_COUNT", 500)
    answer = await ask(
        '{ profile(by: {id: "prf_a"}) { messages(states: [FAILED]) { count(limit: 100) { value exact } } } }'
    )
    # How many of the first five hundred failed is not promised, nor which these are.
    assert _connection(answer, "messages")["count"]["exact"] is False
    assert _connection(answer, "messages")["count"]["value"] <= 4


_PEOPLE = """
UNWIND range(0, 39) AS n
CREATE (p:Profile {id: 'prf_' + toString(100 + n), revision: 1,
  createdAt: datetime({epochMillis: n / 4})})
SET p.lastName = CASE WHEN n % 2 = 0 THEN 'Name ' + toString(n / 8) END,
    p.lastSeenAt = CASE WHEN n < 10 THEN datetime({epochMillis: n}) END,
    p.mergedInto = CASE WHEN n = 6 THEN 'prf_100' END
"""


def _people(field: str, *, descending: bool) -> list[str]:
    """The order that is asked for, worked out here: nulls last, ties by id in the same direction."""

    def value(number: int) -> object:
        by_field = {
            "CREATED_AT": number // 4,
            "LAST_SEEN_AT": number if number < 10 else None,
            "LAST_NAME": f"Name {number // 8}" if number % 2 == 0 else None,
        }
        return by_field[field]

    living = [number for number in range(40) if number != 6]
    known = sorted(((value(each), each) for each in living if value(each) is not None), reverse=descending)
    unknown = sorted((each for each in living if value(each) is None), reverse=descending)
    return [f"prf_{100 + number}" for number in [each for _, each in known] + unknown]


@pytest.mark.parametrize("field", ["CREATED_AT", "LAST_SEEN_AT", "LAST_NAME"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("backward", [False, True])
# With so small a bound a page ends while it still looks for who has no name.
@pytest.mark.parametrize("bound_of_nulls", [1_000, 3])
async def test_people_are_listed_in_each_order_nulls_last_and_without_the_merged(
    ask: Ask,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    field: str,
    direction: str,
    bound_of_nulls: int,
    *,
    backward: bool,
) -> None:
    monkeypatch.setattr(indexed, "NULL_BOUND", bound_of_nulls)
    await write(_PEOPLE)
    expected = _people(field, descending=direction == "DESC")
    size, bound = ("last", "before") if backward else ("first", "after")
    more, edge = ("hasPreviousPage", "startCursor") if backward else ("hasNextPage", "endCursor")
    seen: list[str] = []
    position = ""
    while True:
        answer = await ask(
            f"""{{ profiles(orderBy: {{field: {field}, direction: {direction}}}, {size}: 7{position}) {{
            nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""
        )
        assert answer.data is not None
        page: Any = answer.data["profiles"]
        ids = [each["id"] for each in page["nodes"]]
        seen = ids + seen if backward else seen + ids
        if not page["pageInfo"][more]:
            break
        position = f', {bound}: "{page["pageInfo"][edge]}"'
    assert seen == expected


_NAMED = """
UNWIND range(1, 2500) AS n
CREATE (:Profile {id: 'prf_' + toString(10000 + n), revision: 1, createdAt: datetime({epochMillis: n}),
  lastName: 'Name ' + toString(10000 + n)})
"""


async def test_a_page_from_the_end_of_people_who_all_have_names_looks_at_a_thousand_and_leads_on(
    ask: Ask, write: Write
) -> None:
    await write(_NAMED)
    found: list[list[str]] = []
    position = ""
    for _ in range(3):
        answer = await ask(
            f"""{{ profiles(orderBy: {{field: LAST_NAME, direction: ASC}}, last: 2{position}) {{
            nodes {{ lastName }} pageInfo {{ hasPreviousPage startCursor }} }} }}"""
        )
        assert answer.errors == ()
        assert answer.data is not None
        page: Any = answer.data["profiles"]
        found.append([each["lastName"] for each in page["nodes"]])
        assert page["pageInfo"]["hasPreviousPage"] is True
        position = f', before: "{page["pageInfo"]["startCursor"]}"'
    # Two pages look for people without a name, of whom the third finds out that there are none.
    assert found == [[], [], ["Name 12499", "Name 12500"]]


async def test_lines_attempts_and_subscriptions_have_pages_of_their_own(ask: Ask, write: Write) -> None:
    await write(
        """
        CREATE (:Profile {id: 'prf_a'})
        CREATE (u:Purchase {id: 'pur_1', profileId: 'prf_a', currency: 'EUR', placedAt: datetime({epochMillis: 1})})
        CREATE (m:Message {id: 'msg_1', profileId: 'prf_a', createdAt: datetime({epochMillis: 1})})
        WITH u, m UNWIND range(1, 9) AS n
        CREATE (u)-[:CONTAINS {position: n, totalMicros: n * 1000000}]->(:Product {id: 'pro_' + toString(10 - n)})
        CREATE (m)<-[:OF]-(:Attempt {id: 'att_' + toString(n), at: datetime({epochMillis: n / 3})})
        """
    )
    first = await ask(
        """{ purchase(by: {id: "pur_1"}) { lines(first: 4) { nodes { position } pageInfo { endCursor hasNextPage } } }
        message(id: "msg_1") { attempts(last: 4) { nodes { id } pageInfo { startCursor hasPreviousPage } } } }"""
    )
    assert first.data is not None
    lines: Any = first.data["purchase"]
    attempts: Any = first.data["message"]
    assert [each["position"] for each in lines["lines"]["nodes"]] == [1, 2, 3, 4]
    assert [each["id"] for each in attempts["attempts"]["nodes"]] == ["att_6", "att_7", "att_8", "att_9"]
    after = lines["lines"]["pageInfo"]["endCursor"]
    before = attempts["attempts"]["pageInfo"]["startCursor"]
    second = await ask(
        f"""{{ purchase(by: {{id: "pur_1"}}) {{ lines(after: "{after}") {{
        nodes {{ position total {{ amount currency }} }} pageInfo {{ hasNextPage }} }} }}
        message(id: "msg_1") {{ attempts(last: 2, before: "{before}") {{ nodes {{ id }} }} }} }}"""
    )
    assert second.data == {
        "purchase": {
            "lines": {
                "nodes": [
                    {"position": number, "total": {"amount": f"{number}.00", "currency": "EUR"}}
                    for number in range(5, 10)
                ],
                "pageInfo": {"hasNextPage": False},
            }
        },
        "message": {"attempts": {"nodes": [{"id": "att_4"}, {"id": "att_5"}]}},
    }
