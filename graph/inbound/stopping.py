"""A no that was said in words or at the provider itself, and the yes that takes such a no back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.connection import Transaction
from graph.consent.cause import Cause
from graph.consent.ending import Ended, Ending, end
from graph.consent.evidence import Evidence
from graph.inbound.place import Seat
from graph.statements import ending as endings
from graph.statements import inbound as statements
from graph.subscribing.evidence import keep_evidence
from graph.subscribing.locked import Step, locked_state, write_step
from graph.vocabulary import SubscriptionStatus as Status

_ACTOR: Final = "recipient"
# Where a record comes from: only what stands under the first is taken back by a START.
BY_WORD: Final = "reply"
AT_PROVIDER: Final = "provider"


@dataclass(frozen=True, slots=True)
class Refusing:
    """How somebody said no: under which source the ledger has it, and what proves it."""

    source: str
    evidence: Evidence


async def lock_seats(transaction: Transaction, ids: Collection[str]) -> None:
    """All that one message may end or open, in the one order; their people are locked already."""
    await transaction.run(endings.LOCK, ids=sorted(ids))


async def stop(
    transaction: Transaction, seats: Sequence[Seat], refusing: Refusing, message_id: str | None, now_ms: int
) -> Ended:
    """Ends them as the link in a letter would. `message_id` is that of the answered message, if any."""
    wanted = {
        seat.id: Ending(seat.owner_id, _ACTOR, source=refusing.source, evidence=refusing.evidence) for seat in seats
    }
    ended = await end(transaction, wanted, now_ms)
    if ended.recorded and message_id is not None:
        await transaction.run(endings.MARK_MESSAGE, id=message_id, now=now_ms)
    return ended


async def start(transaction: Transaction, ids: Sequence[str], yes: Evidence, now_ms: int) -> list[str]:
    """Opens those again that a STOP has ended, if the yes came after it; returns which.

    They are what they were before that, and never more: what was paused then stays ended, and a consent that ran out
    meanwhile is UNCONFIRMED. Nothing is opened over a suppression, an opt-out or the person's own status.
    """
    if not ids:
        return []
    rows = await transaction.run(
        statements.STOPPED, ids=sorted(ids), source=BY_WORD, cause=Cause.UNSUBSCRIBE, stopped=Status.UNSUBSCRIBED
    )
    willing = sorted((row for row in rows if _may_open(row, yes, now_ms)), key=lambda row: str(row["id"]))
    return [str(row["id"]) for row in willing if await _open(transaction, row, yes, now_ms)]


def _may_open(row: Mapping[str, Any], yes: Evidence, now_ms: int) -> bool:
    is_suppressed = any(until is None or until > now_ms for until in row["suppressions"])
    is_later = row["saidAt"] is None or yes.at_ms > row["saidAt"]
    return (
        row["before"] in {Status.SUBSCRIBED, Status.UNCONFIRMED}
        and row["profileStatus"] == Status.SUBSCRIBED
        and is_later
        and not is_suppressed
    )


async def _open(transaction: Transaction, row: Mapping[str, Any], yes: Evidence, now_ms: int) -> bool:
    state = await locked_state(transaction, row["id"], now_ms)
    if state.opted_out_at_ms is not None or state.status is not Status.UNSUBSCRIBED:
        return False
    status = state.as_consented(Status(row["before"]), now_ms)
    await write_step(transaction, state, Step(status, Cause.SUBSCRIBE, _ACTOR, evidence=yes, source=BY_WORD), now_ms)
    if status is Status.SUBSCRIBED:
        await keep_evidence(transaction, state.id, yes)
    return True
