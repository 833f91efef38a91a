from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import auto

from graph.connection import Graph, Transaction
from graph.ids import IdPrefix, new_id
from graph.message_states import PENDING_STATES, PROVED_STATES
from graph.outbox.claiming import CLAIMED
from graph.outbox.dead_addresses import DeadAddress, bury
from graph.outbox.moved_addresses import MovedAddress, move
from graph.outbox.revising import Revision, change_messages
from graph.sending.content import Properties
from graph.statements import outbox as statements
from graph.vocabulary import MessageState, Word

_PROVED = sorted(PROVED_STATES)


class AttemptOutcome(Word):
    ACCEPTED = auto()
    DEFERRED = auto()
    REFUSED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """What one try to hand a message over led to. `answer` holds no address; `next_at` is epoch milliseconds.

    `content` is what was really said, where a template was rendered for it; `moved_to` the address that it was taken
    for, where that is no longer the one it was sent to.
    """

    message_id: str
    state: MessageState
    outcome: AttemptOutcome
    provider: str
    answer: str
    next_at: int | None = None
    provider_id: str | None = None
    suppress: bool = False
    content: Properties | None = field(default=None, repr=False)
    moved_to: str | None = field(default=None, repr=False)


async def finish(graph: Graph, token: str, records: Iterable[AttemptRecord], now_ms: int) -> tuple[Revision, ...]:
    """Writes state, attempt and next time of each message that `token` still holds, and nothing for the others.

    So a second call with the same token changes nothing, and neither does a worker whose lease another one took. A
    state that a receipt has proved meanwhile stays.
    """
    ordered = sorted(records, key=lambda record: record.message_id)
    about_addresses = [record.message_id for record in ordered if record.suppress or record.moved_to]
    rows = [_row(record) for record in ordered]

    async def change(transaction: Transaction) -> Sequence[str]:
        changed: Sequence[str] = await transaction.run(
            statements.FINISH, results=rows, token=token, claimed=CLAIMED, proved=_PROVED, now=now_ms
        )
        mine = [record for record in ordered if record.message_id in changed]
        dead = [DeadAddress(each.message_id, each.answer) for each in mine if each.suppress]
        if dead:
            await bury(transaction, dead, now_ms)
        moved = [MovedAddress(each.message_id, each.moved_to) for each in mine if each.moved_to]
        if moved:
            await move(transaction, moved)
        return changed

    return await change_messages(graph, [record.message_id for record in ordered], about_addresses, now_ms, change)


def _row(record: AttemptRecord) -> dict[str, object]:
    accepted = record.outcome is AttemptOutcome.ACCEPTED
    return {
        "id": record.message_id,
        "attemptId": new_id(IdPrefix.ATTEMPT),
        "state": record.state,
        "outcome": record.outcome,
        "provider": record.provider,
        "answer": record.answer,
        "reason": None if accepted else record.answer,
        "accepted": accepted,
        "ended": record.state not in PENDING_STATES,
        "nextAt": record.next_at,
        "providerId": record.provider_id,
        "content": record.content,
    }
