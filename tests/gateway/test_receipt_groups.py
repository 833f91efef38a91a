from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from gateway.receipt_groups import ReceiptGroups
from graph.clock import FixedClock
from graph.errors import GraphUnavailable
from graph.message_states import Happening
from graph.outbox import Revision
from graph.receipts.apply import Applied
from graph.receipts.receipt import Receipt, ReceiptSource, Told
from graph.vocabulary import ChangeKind, Channel
from tests.gateway.doubles import NOW, StubNudger

_DEADLINE_S = 5.0


class Writing:
    """Stands where receipts are written: each group waits until it is let go."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.error: Exception | None = None
        self.revisions: tuple[Revision, ...] = ()
        self._gates: list[asyncio.Event] = []
        self._begun = asyncio.Event()

    async def apply(self, _graph: object, told: Sequence[Told], _now_ms: int) -> Applied:
        self.groups.append([each.receipt.event_id for each in told])
        self._gates.append(asyncio.Event())
        self._begun.set()
        await self._gates[-1].wait()
        if self.error is not None:
            raise self.error
        return Applied(self.revisions, len(told), tuple(told) if self.revisions else ())

    def let_go(self, number: int) -> None:
        self._gates[number].set()

    async def until(self, groups: int) -> None:
        async with asyncio.timeout(_DEADLINE_S):
            while len(self.groups) < groups:
                self._begun.clear()
                await self._begun.wait()


@pytest.fixture
def writing(monkeypatch: pytest.MonkeyPatch) -> Writing:
    made = Writing()
    monkeypatch.setattr("gateway.receipt_groups.apply_receipts", made.apply)
    return made


def groups(changes: StubNudger | None = None) -> ReceiptGroups:
    return ReceiptGroups(cast("Any", None), FixedClock(NOW), cast("Any", changes or StubNudger()))


def told(number: int) -> Told:
    return Told(ReceiptSource(Channel.SMS, "main"), Receipt(f"e{number}", "delivered", Happening.DELIVERED, NOW))


def brought(to: ReceiptGroups, numbers: range) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(to.take([told(number)])) for number in numbers]


async def test_one_full_group_is_written_beside_another_and_what_fills_none_waits(writing: Writing) -> None:
    there = groups()
    tasks = brought(there, range(250))
    await writing.until(2)
    # A group that is not full gets no writer of its own, whatever time passes.
    await asyncio.sleep(0.1)
    assert [len(each) for each in writing.groups] == [100, 100]

    writing.let_go(1)
    await asyncio.sleep(0.1)
    assert [len(each) for each in writing.groups] == [100, 100]
    assert sum(each.done() for each in tasks) == 100

    writing.let_go(0)
    await writing.until(3)
    writing.let_go(2)
    async with asyncio.timeout(_DEADLINE_S):
        await asyncio.gather(*tasks)
    assert sorted(id_ for each in writing.groups for id_ in each) == sorted(f"e{number}" for number in range(250))


async def test_never_more_than_two_are_written_at_once(writing: Writing) -> None:
    there = groups()
    tasks = brought(there, range(1_000))
    await writing.until(2)
    await asyncio.sleep(0.1)
    assert len(writing.groups) == 2
    for number in range(10):
        writing.let_go(number)
        await writing.until(min(number + 3, 10))
        assert len(writing.groups) == min(number + 3, 10)
    async with asyncio.timeout(_DEADLINE_S):
        await asyncio.gather(*tasks)
    assert [len(each) for each in writing.groups] == [100] * 10


async def test_whoever_brought_a_group_that_failed_hears_of_it_and_nobody_else(writing: Writing) -> None:
    there = groups()
    first = brought(there, range(1))
    await writing.until(1)
    writing.error = GraphUnavailable("away")
    writing.let_go(0)
    with pytest.raises(GraphUnavailable):
        await first[0]

    writing.error = None
    second = brought(there, range(1, 2))
    await writing.until(2)
    writing.let_go(1)
    await second[0]
    assert writing.groups == [["e0"], ["e1"]]


async def test_what_is_committed_is_told_though_its_orphans_cannot_be_kept(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise GraphUnavailable("away")

    monkeypatch.setattr("gateway.receipt_groups.keep_orphans", fail)
    writing.revisions = (Revision("prf_1", 7),)
    changes = StubNudger()
    [task] = brought(groups(changes), range(1))
    await writing.until(1)
    writing.let_go(0)

    with pytest.raises(GraphUnavailable):
        await task
    assert changes.told == [("prf_1", (7, frozenset({ChangeKind.MESSAGE})))]
