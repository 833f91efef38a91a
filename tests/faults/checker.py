"""Holds what was answered, what the receivers got and what the graph says against each other (reliability, §7)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.connection import Graph
from graph.statement import Statement
from tests.faults.provider_log import Entry, Mood
from tests.faults.rig import LEASE_MS
from tests.faults.traffic import Traffic

_MESSAGES: Final = Statement(
    "messages_of_faults",
    """
    MATCH (m:Message)
    RETURN collect({id: m.id, state: m.state, pending: m:Pending,
        attempts: COLLECT { MATCH (m)<-[:OF]-(a:Attempt) RETURN a.outcome ORDER BY a.id }})
    """,
    timeout_ms=60_000,
)
OPEN: Final = Statement("open_messages", "RETURN COUNT { (:Pending) }", timeout_ms=30_000)
ENDED: Final = frozenset({"SENT", "SKIPPED", "CANCELLED", "FAILED", "UNKNOWN"})
# What a worker had in its hands when somebody said no may leave while its lease lasts; all clocks here are one.
_WINDOW_S: Final = LEASE_MS / 1000 + 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a run came to. `broken` are promises that did not hold, in words."""

    asked: int
    messages: int
    states: dict[str, int]
    received: int
    doubled: int
    lost_answers: int
    crashes: int
    opt_outs: int
    broken: tuple[str, ...]


async def checked(graph: Graph, traffic: Traffic) -> Finding:
    rows: list[dict[str, Any]] = await graph.read(_MESSAGES)
    entries, crashes = traffic.rig.receivers.entries, traffic.rig.crashes
    by_message: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_message[entry.message_id].append(entry)
    broken = [
        *_lost(rows, traffic),
        *_doubled(by_message, len(crashes)),
        *_after_acceptance(rows, by_message),
        *_after_leaving(entries, traffic),
    ]
    return Finding(
        asked=len(traffic.sent),
        messages=len(rows),
        states=dict(sorted(Counter(row["state"] for row in rows).items())),
        received=len(by_message),
        doubled=sum(len(found) - 1 for found in by_message.values()),
        lost_answers=sum(entry.mood is not Mood.WELL for entry in entries),
        crashes=len(crashes),
        opt_outs=len(traffic.left),
        broken=tuple(broken),
    )


def _lost(rows: Sequence[dict[str, Any]], traffic: Traffic) -> list[str]:
    """Every mutation that was answered has its one message, and that has come to an end."""
    states = {row["id"]: row["state"] for row in rows}
    acknowledged = {message_id for message_id in traffic.sent.values() if message_id is not None}
    forgotten = {id_ for id_, person in traffic.whose.items() if person in traffic.erased}
    broken = [f"{each} was acknowledged and is not there" for each in acknowledged - states.keys() - forgotten]
    broken += [f"{each} is there and nobody asked for it" for each in states.keys() - acknowledged]
    broken += [f"{id_} is still {state}" for id_, state in states.items() if state not in ENDED]
    return broken


def _doubled(by_message: dict[str, list[Entry]], crashes: int) -> list[str]:
    """A message is handed over once, and once more for each answer that was lost and each crash."""
    return [
        f"{id_} was received {len(found)} times"
        for id_, found in by_message.items()
        if len(found) > 1 + crashes + sum(entry.mood is not Mood.WELL for entry in found)
    ]


def _after_acceptance(rows: Sequence[dict[str, Any]], by_message: dict[str, list[Entry]]) -> list[str]:
    broken = []
    for row in rows:
        id_, state, attempts = row["id"], row["state"], row["attempts"]
        was_received = any(entry.mood is Mood.WELL for entry in by_message.get(id_, ()))
        if attempts.count("ACCEPTED") > 1:
            broken.append(f"{id_} was accepted twice")
        if state == "SENT" and not was_received:
            broken.append(f"{id_} is SENT and nobody got it")
        if state == "SKIPPED" and was_received and not attempts:
            broken.append(f"{id_} was received and is SKIPPED as if it had never left")
    return broken


def _after_leaving(entries: Sequence[Entry], traffic: Traffic) -> list[str]:
    """Nothing leaves once an opt-out was answered, but for what a worker had in its hands."""
    broken = []
    for entry in entries:
        left = traffic.left.get(traffic.whose.get(entry.message_id, ""))
        if left is not None and entry.at > left + _WINDOW_S:
            broken.append(f"{entry.message_id} left {entry.at - left:.1f} s after its person had said no")
    return broken
