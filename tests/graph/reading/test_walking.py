"""Walking all pages of a history while others write: what was there at the start is seen once, whatever happens.

A part of the real size is walked; CUSTOMER_GRAPH_THOROUGH=1 walks 100,000 events.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from graph.connection import Graph
from graph.errors import GraphTimeout
from graph.reading.reader import Reader
from tests.graph.reading.documents import with_slots
from tests.graph.reading.places import CURSOR_KEY

Write = Callable[..., Awaitable[None]]
Writer = Callable[[Write, int], Awaitable[None]]

THOROUGH = bool(os.environ.get("CUSTOMER_GRAPH_THOROUGH"))
EVENTS = 100_000 if THOROUGH else 3_000
_PAGE = 100
_MEMBERS = ("prf_a", "prf_b", "prf_c")
# Five events to a millisecond, over three ids, their own ids in another order than their times.
_SEED = """
CREATE (:Profile {id: 'prf_a', revision: 1, memberIds: ['prf_a', 'prf_b', 'prf_c'],
  createdAt: datetime({epochMillis: 1})})
CREATE (:Profile {id: 'prf_b', revision: 1, mergedInto: 'prf_a',
  createdAt: datetime({epochMillis: 1})})
CREATE (:Profile {id: 'prf_c', revision: 1, mergedInto: 'prf_a',
  createdAt: datetime({epochMillis: 1})})
WITH 1 AS once UNWIND range(0, 39) AS side
CREATE (:Profile {id: 'prf_side' + side, revision: 1,
  createdAt: datetime({epochMillis: 1})})
WITH side UNWIND range(0, 4) AS n
CREATE (:Event {id: 'evt_side' + side + '_' + n, profileId: 'prf_side' + side, type: 'side',
  occurredAt: datetime({epochMillis: 1000000 + side * $events / 200 + n})})
"""
_SOME_EVENTS = """
UNWIND range($from, $before - 1) AS n
CREATE (:Event {id: 'evt_' + toString(10000000 + (n * 7919) % $events), profileId: $members[n % 3], type: 'old',
  occurredAt: datetime({epochMillis: 1000000 + n / 5})})
"""
_LATE = """
UNWIND $rows AS row
CREATE (:Event {id: row[0], profileId: row[1], type: 'new', occurredAt: datetime({epochMillis: row[2]})})
"""
_OTHERS = """
UNWIND $rows AS row
CREATE (:Purchase {id: 'pur' + row[0], profileId: row[1], placedAt: datetime({epochMillis: row[2]}), currency: 'GBP'})
CREATE (:Message {id: 'msg' + row[0], profileId: row[1], createdAt: datetime({epochMillis: row[2]}), state: 'SENT'})
"""
# Another person becomes this one: the ids of both are the survivor's from now on.
_MERGE_INTO_THIS = """
MATCH (survivor:Profile {id: $survivor}), (other:Profile {id: $other})
SET survivor.memberIds = survivor.memberIds + coalesce(other.memberIds, [other.id]),
  survivor.revision = survivor.revision + 1
WITH survivor, other UNWIND coalesce(other.memberIds, [other.id]) AS member
MATCH (merged:Profile {id: member}) SET merged.mergedInto = survivor.id
"""
_MERGE_THIS = """
CREATE (next:Profile {id: $survivor, revision: 1, createdAt: datetime({epochMillis: 1})})
WITH next MATCH (other:Profile {id: $other})
SET next.memberIds = [next.id] + coalesce(other.memberIds, [other.id])
WITH next, other UNWIND coalesce(other.memberIds, [other.id]) AS member
MATCH (merged:Profile {id: member}) SET merged.mergedInto = next.id
"""


@pytest.fixture
async def walked(graph: Graph, write: Write) -> Graph:
    await write(_SEED, events=EVENTS)
    for start in range(0, EVENTS, 5_000):
        before = min(start + 5_000, EVENTS)
        await write(_SOME_EVENTS, **{"from": start, "before": before}, events=EVENTS, members=list(_MEMBERS))
    return graph


async def _events_are_inserted(write: Write, turn: int) -> None:
    """Newer than all, older than all, and at an instant and beside an id that are there already."""
    middle = 1_000_000 + (turn * 37) % (EVENTS // 5)
    rows = [
        [f"evt_newer{turn}", "prf_a", 9_000_000 + turn],
        [f"evt_older{turn}", "prf_b", 1_000 + turn],
        [f"evt_{10_000_000 + turn}x", "prf_c", middle],
        [f"evt_0{turn}", "prf_a", middle],
        [f"evt_z{turn}", "prf_b", middle],
    ]
    await write(_LATE, rows=rows)
    await write(_OTHERS, rows=[[f"_n{turn}", "prf_a", middle]])


async def _others_are_merged_into_this_one(write: Write, turn: int) -> None:
    if turn < 40:
        await write(_MERGE_INTO_THIS, survivor="prf_a", other=f"prf_side{turn}")


async def _this_one_is_merged_into_others(write: Write, turn: int) -> None:
    if turn < 15:
        other = "prf_a" if turn == 0 else f"prf_next{turn - 1}"
        await write(_MERGE_THIS, survivor=f"prf_next{turn}", other=other)


WRITERS: dict[str, Sequence[Writer]] = {
    "others insert": (_events_are_inserted,),
    "other people are merged into this one": (_events_are_inserted, _others_are_merged_into_this_one),
    "this one is merged into others": (_events_are_inserted, _this_one_is_merged_into_others),
}


@asynccontextmanager
async def _writing(write: Write, writers: Sequence[Writer]) -> AsyncIterator[list[int]]:
    """Others write in turn for as long as the walk lasts; the list holds how many turns each has had."""
    turns = [0 for _ in writers]

    async def run(place: int, writer: Writer) -> None:
        while True:
            await writer(write, turns[place])
            turns[place] += 1
            # A writer that is done lets the others work.
            await asyncio.sleep(0.005)

    tasks = [asyncio.create_task(run(place, writer)) for place, writer in enumerate(writers)]
    try:
        yield turns
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert [each for each in ended if not isinstance(each, asyncio.CancelledError)] == []


async def _walk(
    graph: Graph, document: str, names: tuple[str, ...], turns: Sequence[int], *, backward: bool
) -> list[str]:
    """The ids on all pages, in the order of the pages. Behind every tenth page each writer has a turn."""
    reader = Reader(graph, CURSOR_KEY)
    plans = reader.plans(with_slots(document, names))
    seen: list[str] = []
    cursor: object = None
    pages = 0
    while True:
        try:
            answer = await reader.run(plans, [_PAGE, cursor])
        except GraphTimeout:
            # The machine is busy; a reader of pages asks again.
            continue
        assert answer.errors == ()
        assert answer.data is not None
        data: Any = answer.data["profile"]
        page = data["list"]
        seen += [each["id"] for each in (reversed(page["nodes"]) if backward else page["nodes"])]
        more = page["pageInfo"]["hasPreviousPage" if backward else "hasNextPage"]
        if not more:
            # A plan for the first page and one for those behind a cursor, however many there are.
            assert plans.count == 2
            return seen
        cursor = page["pageInfo"]["startCursor" if backward else "endCursor"]
        pages += 1
        if pages % 10 == 0:
            await _beyond(turns, list(turns))


def _document(field: str, arguments: str) -> str:
    return f"""{{ profile(by: {{id: "prf_a"}}) {{ list: {field}({arguments}) {{
        nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}"""


async def _beyond(turns: Sequence[int], before: Sequence[int]) -> None:
    """Until each writer has had a turn more."""
    async with asyncio.timeout(30):
        while any(now <= then for now, then in zip(turns, before, strict=True)):  # noqa: ASYNC110  # Turns are counted anyway.
            await asyncio.sleep(0.001)


WALKS = {
    "newest first": (_document("events", "first: $size, after: $place"), False),
    "oldest first": (_document("events", "first: $size, after: $place, direction: ASC"), False),
    "from the end": (_document("events", "last: $size, before: $place"), True),
    "the timeline": (_document("timeline", "first: $size, after: $place"), False),
    "the timeline from its end": (_document("timeline", "last: $size, before: $place"), True),
}


@pytest.mark.timeout(1800 if THOROUGH else 120)
@pytest.mark.parametrize("writers", WRITERS)
@pytest.mark.parametrize("walk", WALKS)
async def test_each_event_of_the_start_is_seen_exactly_once(
    walked: Graph, write: Write, walk: str, writers: str
) -> None:
    document, backward = WALKS[walk]
    async with _writing(write, WRITERS[writers]) as turns:
        await _beyond(turns, [0 for _ in turns])
        seen = Counter(await _walk(walked, document, ("size", "place"), turns, backward=backward))
    assert [identity for identity, times in seen.items() if times > 1] == []
    of_the_start = {f"evt_{10_000_000 + number}" for number in range(EVENTS)}
    assert of_the_start - set(seen) == set()
    assert min(turns) > 3, "nobody wrote meanwhile"
