"""Holds what was answered, what the receivers got and what the graph says against each other (reliability, §7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from graph.connection import Graph
from graph.statement import Statement
from tests.faults.books import Books, Crash
from tests.faults.provider_log import Entry, Mood
from tests.faults.rig import LEASE_MS
from tests.faults.traffic import Traffic

_MESSAGES: Final = Statement(
    "messages_of_faults",
    """
    MATCH (m:Message)
    RETURN collect({id: m.id, state: m.state,
        attempts: COLLECT { MATCH (m)<-[:OF]-(a:Attempt) RETURN a.outcome ORDER BY a.id }})
    """,
    timeout_ms=60_000,
)
OPEN: Final = Statement("open_messages", "RETURN COUNT { (:Pending) }", timeout_ms=30_000)
ENDED: Final = frozenset({"SENT", "SKIPPED", "CANCELLED", "FAILED", "UNKNOWN"})
# What a worker had in its hands when somebody said no may leave while its lease lasts; all clocks here are one.
WINDOW_S: Final = LEASE_MS / 1000 + 1.0
_LOST: Final = frozenset({Mood.SILENT, Mood.SLOW})


class Row(TypedDict):
    """A message as the graph has it in the end, its attempts by outcome, the oldest first."""

    id: str
    state: str
    attempts: list[str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a run came to. `broken` are promises that did not hold, in words.

    `doubled` is how often a message was handed over after a receiver had taken it, `most` how often that was for one
    message; who answers 503 has not taken it. `lost` are mutations that were answered and have no message at an end,
    `late` what left after its person had said no and a lease had passed.
    """

    asked: int
    messages: int
    states: dict[str, int]
    received: int
    doubled: int
    most: int
    turned_away: int
    lost_answers: int
    crashes: int
    opt_outs: int
    lost: int
    late: int
    broken: tuple[str, ...]


async def checked(graph: Graph, traffic: Traffic) -> Finding:
    return compared(await graph.read(_MESSAGES), traffic.books())


def compared(rows: Sequence[Row], books: Books) -> Finding:
    lost, late = list(_lost(rows, books)), list(_after_leaving(books))
    doubled, moods = books.repeats(), Counter(entry.mood for entry in books.entries)
    return Finding(
        asked=len(books.sent),
        messages=len(rows),
        states=dict(sorted(Counter(row["state"] for row in rows).items())),
        received=len(books.by_message()),
        doubled=sum(map(len, doubled.values())),
        most=max(map(len, doubled.values()), default=0),
        turned_away=moods[Mood.BUSY],
        lost_answers=sum(moods[mood] for mood in _LOST),
        crashes=len(books.crashes),
        opt_outs=len(books.left),
        lost=len(lost),
        late=len(late),
        broken=(*lost, *_unasked(rows, books), *_doubled(books), *_after_acceptance(rows, books), *late),
    )


def _lost(rows: Sequence[Row], books: Books) -> Iterator[str]:
    """Every mutation that was answered has its one message, and that has come to an end."""
    states = {row["id"]: row["state"] for row in rows}
    forgotten = {id_ for id_, person in books.whose.items() if person in books.erased}
    for id_ in _acknowledged(books) - states.keys() - forgotten:
        yield f"{id_} was acknowledged and is not there"
    for id_, state in states.items():
        if state not in ENDED:
            yield f"{id_} is still {state}"


def _unasked(rows: Sequence[Row], books: Books) -> Iterator[str]:
    """A mutation that is asked again with its key has no second message, and none without one was answered."""
    for id_ in {row["id"] for row in rows} - _acknowledged(books):
        yield f"{id_} is there and nobody asked for it"


def _acknowledged(books: Books) -> set[str]:
    return {id_ for id_ in books.sent.values() if id_ is not None}


def _doubled(books: Books) -> Iterator[str]:
    """A message is handed over once, and once more for each answer that was lost and each crash while it was out.

    Where a resource holds what is unknown, it is not handed over again for either of them.
    """
    for id_, repeats in books.repeats().items():
        if books.policy == "HOLD":
            yield f"{id_} was handed over again though its resource holds what is unknown"
        elif unexplained := _unexplained(repeats, books.crashes):
            yield f"{id_} was handed over again {unexplained} times with no answer lost and no crash"


def _unexplained(repeats: Sequence[tuple[Entry, Entry]], crashes: Sequence[Crash]) -> int:
    """Each crash explains one repeat of a message, the earliest that it can."""
    left, unexplained = sorted(crashes, key=lambda crash: crash.ended), 0
    for first, again in repeats:
        if first.mood in _LOST:
            continue
        why = next((crash for crash in left if crash.explains(first, again)), None)
        if why is None:
            unexplained += 1
        else:
            left.remove(why)
    return unexplained


def _after_acceptance(rows: Sequence[Row], books: Books) -> Iterator[str]:
    entries = books.by_message()
    for row in rows:
        id_, state, attempts = row["id"], row["state"], row["attempts"]
        was_taken = any(entry.mood is Mood.WELL for entry in entries.get(id_, ()))
        if "ACCEPTED" in attempts[:-1]:
            yield f"{id_} was tried again after it had been accepted"
        if state == "SENT" and not was_taken:
            yield f"{id_} is SENT and nobody got it"
        if state == "SKIPPED" and was_taken and not attempts:
            yield f"{id_} was received and is SKIPPED as if it had never left"


def _after_leaving(books: Books) -> Iterator[str]:
    """Nothing leaves once an opt-out was answered, but for what a worker had in its hands."""
    for entry in books.entries:
        left = books.left.get(books.whose.get(entry.message_id, ""))
        if left is not None and entry.at > left + WINDOW_S:
            yield f"{entry.message_id} left {entry.at - left:.1f} s after its person had said no"
