"""What waits for the graph: so much, for so long, and one that cannot be written holds up no other."""

from __future__ import annotations

from typing import Any, cast

import pytest

from dispatch.counters import exposition
from gateway import hits as module
from gateway.hits import Hits
from gateway.receipt_groups import ReceiptGroups
from graph.errors import GraphUnavailable
from graph.receipts.receipt import Told
from graph.tracking.hit import Hit, HitKind
from tests.gateway.doubles import NOW


class Letters:
    """A graph that has every letter, after it failed with what is in `errors`."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    async def read_aside(self, _statement: object, **given: Any) -> Any:
        if self.errors:
            raise self.errors.pop(0)
        return [[id_, "SENT", NOW - 60_000, []] for id_ in given["ids"]]


class Groups:
    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.taken: list[list[str]] = []

    async def take(self, told: tuple[Told, ...]) -> None:
        self.taken.append([each.receipt.event_id for each in told])
        if self.errors:
            raise self.errors.pop(0)


def hits_of(graph: Letters, groups: Groups) -> Hits:
    return Hits(cast("Any", graph), cast("ReceiptGroups", groups))


def hit(number: int = 0) -> Hit:
    return Hit(HitKind.OPEN, f"msg_{number}", NOW)


def lost(hits: Hits) -> int:
    return _number(hits, "lost")


def _number(hits: Hits, result: str) -> int:
    [row] = [each for each in hits.counters() if each.labels == (("result", result),)]
    return int(row.value)


async def test_they_are_written_in_groups_and_in_order() -> None:
    groups = Groups()
    hits, given = hits_of(Letters(), groups), [hit(number) for number in range(250)]
    for each in given:
        hits.take(each)

    await hits.finish(5)

    assert [len(each) for each in groups.taken] == [100, 100, 50]
    assert [id_ for each in groups.taken for id_ in each] == [each.id for each in given]
    assert (_number(hits, "open"), lost(hits)) == (250, 0)


async def test_after_an_answer_was_lost_the_same_events_are_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSE_S", 0.01)
    groups, given = Groups(GraphUnavailable("lost")), hit()
    hits = hits_of(Letters(), groups)
    hits.take(given)

    await hits.finish(5)

    assert groups.taken == [[given.id], [given.id]]
    assert (_number(hits, "open"), lost(hits)) == (1, 0)


async def test_more_than_there_is_room_for_is_lost_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_WAITING", 3)
    groups = Groups()
    hits = hits_of(Letters(), groups)
    for number in range(5):
        hits.take(hit(number))

    assert lost(hits) == 2
    await hits.finish(5)
    assert (_number(hits, "open"), lost(hits)) == (3, 2)


async def test_what_waited_too_long_is_lost_and_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_PAUSE_S", 0.01)
    monkeypatch.setattr(module, "_PATIENCE_S", 0.0)
    groups = Groups()
    hits = hits_of(Letters(GraphUnavailable("a text with reader@example.org")), groups)
    hits.take(hit(1))
    hits.take(hit(2))

    await hits.finish(5)

    assert (groups.taken, lost(hits)) == ([], 2)
    assert "2 opens and clicks are lost: GraphUnavailable" in caplog.text
    assert "reader@example.org" not in caplog.text


async def test_a_group_that_cannot_be_written_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    groups = Groups(RuntimeError("reader@example.org"))
    hits = hits_of(Letters(), groups)
    for number in range(150):
        hits.take(hit(number))

    await hits.finish(5)

    assert (_number(hits, "open"), lost(hits)) == (50, 100)
    assert "100 opens and clicks are lost: RuntimeError" in caplog.text
    assert "reader@example.org" not in caplog.text


async def test_where_nothing_came_there_is_nothing_to_wait_for() -> None:
    hits = hits_of(Letters(), Groups())

    await hits.finish(0)

    assert exposition(hits.counters()).count("} 0\n") == 7
