from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph.connection import Graph, Transaction
from graph.errors import Refusal, UserError
from graph.history.row import RowResult, refused
from graph.idempotency import Done, Guard, once
from graph.message_states import Happening, next_state, states_before
from graph.outbox.revising import change_messages_in
from graph.people.change import ProfileChange
from graph.statements import requeueing as statements
from graph.vocabulary import ChangeKind, MessageState, RowOutcome, UserErrorCode

MOST_MESSAGES: Final = 1_000
_RETRIABLE: Final = [str(state) for state in states_before(Happening.RETRIED)]
_QUEUED: Final = next_state(MessageState.FAILED, Happening.RETRIED)


@dataclass(frozen=True, slots=True)
class _Found:
    before: str
    channel: str
    has_content: bool
    is_retried: bool


async def requeue_messages(graph: Graph, message_ids: Sequence[str], guard: Guard, now_ms: int) -> Done:
    """Lets messages that FAILED or are UNKNOWN wait to be sent again, all in one transaction.

    They are due at once and have the whole number of tries before them again; the gates are asked by the worker, as
    always. What a receipt proved has another state by then, and stays. The result holds `rows`, one for each id given,
    and `channels` of those that wait. Raises Refusal LIMIT_EXCEEDED for more than `MOST_MESSAGES`.
    """
    if len(message_ids) > MOST_MESSAGES:
        raise Refusal(UserError(UserErrorCode.LIMIT_EXCEEDED, f"At most {MOST_MESSAGES:,} messages.", ("messages",)))

    async def work(transaction: Transaction) -> Done:
        return await requeue_messages_in(transaction, message_ids, now_ms)

    return await once(graph, guard, now_ms, work)


async def requeue_messages_in(transaction: Transaction, message_ids: Sequence[str], now_ms: int) -> Done:
    ids = sorted(set(message_ids))
    found: dict[str, _Found] = {}

    async def change(transaction: Transaction) -> Sequence[str]:
        rows = await transaction.run(statements.REQUEUE, ids=ids, retriable=_RETRIABLE, queued=_QUEUED, now=now_ms)
        found.update({message_id: _Found(*facts) for message_id, *facts in rows})
        retried = [message_id for message_id in ids if message_id in found and found[message_id].is_retried]
        if retried:
            await transaction.run(statements.REOPEN_OUTREACHES, ids=retried)
        return retried

    revisions = await change_messages_in(transaction, ids, (), now_ms, change)
    changes = tuple(
        ProfileChange(each.profile_id, each.revision, frozenset({ChangeKind.MESSAGE})) for each in revisions
    )
    channels = {message_id: each.channel for message_id, each in found.items() if each.is_retried}
    return Done({"rows": [row.to_json() for row in _rows(message_ids, found)], "channels": channels}, changes)


def _rows(message_ids: Sequence[str], found: Mapping[str, _Found]) -> list[RowResult]:
    first = {message_id: index for index, message_id in reversed(list(enumerate(message_ids)))}
    return [
        _row(index, message_id, found.get(message_id))
        if first[message_id] == index
        else RowResult(index, RowOutcome.DUPLICATE, message_id)
        for index, message_id in enumerate(message_ids)
    ]


def _row(index: int, message_id: str, found: _Found | None) -> RowResult:
    if found is None:
        return refused(index, UserErrorCode.NOT_FOUND, "There is no message with this id.")
    if found.is_retried:
        return RowResult(index, RowOutcome.UPDATED, message_id)
    if found.before not in _RETRIABLE:
        message = f"This message is {found.before}: only one that is {' or '.join(_RETRIABLE)} can be sent again."
        return refused(index, UserErrorCode.STATE_NOT_ALLOWED, message)
    return refused(index, UserErrorCode.CONTENT_INVALID, "What it said was erased.")
