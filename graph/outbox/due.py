from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graph.connection import Graph, Transaction
from graph.ids import IdPrefix, new_id
from graph.message_states import Happening, next_state
from graph.outbox.claiming import CLAIMABLE, CLAIMED
from graph.outbox.revising import Revision, change_messages
from graph.statements import outbox as statements
from graph.vocabulary import Channel

_QUEUED: Final = next_state(CLAIMED, Happening.LEASE_RAN_OUT)
_UNKNOWN: Final = next_state(CLAIMED, Happening.ANSWER_LOST)
_LOST_ANSWER: Final = "the worker was lost while it handed the message over"


@dataclass(frozen=True, slots=True)
class SweepLimits:
    """How many messages one sweep takes, when a nudge counts as lost, and how often a lost answer is tried again."""

    messages: int
    renudge_after_ms: int
    max_attempts: int


@dataclass(frozen=True, slots=True)
class Due:
    """Messages that wait for a worker; `lost` of them had been left behind by one that died."""

    ids: tuple[str, ...] = ()
    lost: int = 0
    revisions: tuple[Revision, ...] = ()


async def due(graph: Graph, channel: Channel, limits: SweepLimits, now_ms: int) -> Due:
    """The oldest messages that are due, or whose lease ran out, and that nobody was told of lately.

    They count as told from now on. A message whose worker died before it handed it over is QUEUED again. If it had
    been marked as handed, an attempt with the outcome UNKNOWN is recorded and it is tried again, unless its resource
    says HOLD: then, or after `max_attempts`, it stays UNKNOWN.
    """
    found = await _mark_nudged(graph, channel, limits, now_ms)
    expired = [message_id for message_id, state in found if state == CLAIMED]
    revisions = await _recover(graph, channel, expired, limits.max_attempts, now_ms) if expired else ()
    return Due(tuple(message_id for message_id, _ in found), len(expired), revisions)


async def _mark_nudged(graph: Graph, channel: Channel, limits: SweepLimits, now_ms: int) -> Sequence[tuple[str, str]]:
    rows: Sequence[tuple[str, str]] = await graph.change(
        statements.DUE,
        channel=channel,
        claimable=CLAIMABLE,
        claimed=CLAIMED,
        limit=limits.messages,
        renudgeMs=limits.renudge_after_ms,
        now=now_ms,
    )
    return rows


async def _recover(
    graph: Graph, channel: Channel, ids: Sequence[str], max_attempts: int, now_ms: int
) -> tuple[Revision, ...]:
    expired = [{"id": message_id, "attemptId": new_id(IdPrefix.ATTEMPT)} for message_id in sorted(ids)]

    async def change(transaction: Transaction) -> Sequence[str]:
        changed: Sequence[str] = await transaction.run(
            statements.RECOVER,
            expired=expired,
            claimed=CLAIMED,
            queued=_QUEUED,
            unknown=_UNKNOWN,
            provider=channel.lower(),
            answer=_LOST_ANSWER,
            now=now_ms,
            maxAttempts=max_attempts,
        )
        return changed

    return await change_messages(graph, ids, (), now_ms, change)
