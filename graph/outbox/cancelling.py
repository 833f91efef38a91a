from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from graph.connection import Graph, Transaction
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.message_states import PROVED_STATES, Happening, next_state, states_before
from graph.outbox.revising import change_messages_in
from graph.people.change import ProfileChange
from graph.statements import cancelling as statements
from graph.statements.people import LOCK_PROFILES
from graph.vocabulary import ChangeKind, MessageState, UserErrorCode

_CANCELLABLE: Final = [str(state) for state in states_before(Happening.CANCELLED)]
_CANCELLED: Final = next_state(MessageState.QUEUED, Happening.CANCELLED)
# A provider has them, is getting them at this moment, or may have got them.
_TOO_LATE: Final = PROVED_STATES | {MessageState.SENDING, MessageState.UNKNOWN}


async def cancel_outreach(graph: Graph, outreach_id: str, guard: Guard | None, now_ms: int) -> Done:
    """Ends the messages of an outreach that wait, before a first try or between two: they never leave.

    One that a worker holds is not touched, and goes on as if nobody had asked. The result holds `outreachId`, and how
    many of its messages are `cancelled`, by this or before, and how many were `tooLate`; so twice is as good as once.
    Raises Refusal NOT_FOUND.
    """

    async def work(transaction: Transaction) -> Done:
        return await cancel_outreach_in(transaction, outreach_id, now_ms)

    return await once(graph, guard, now_ms, work)


async def cancel_outreach_in(transaction: Transaction, outreach_id: str, now_ms: int) -> Done:
    owners: list[str] = await transaction.run(statements.OWNERS_OF_OUTREACH, id=outreach_id)
    if not owners:
        raise Refusal(UserError(UserErrorCode.NOT_FOUND, "There is no outreach with this id.", ("outreach",)))
    # Whoever adds a message to it holds the person, so that from here on there are these and no more.
    await transaction.run(LOCK_PROFILES, ids=owners)
    ids: list[str] = await transaction.run(statements.MESSAGES_OF_OUTREACH, id=outreach_id)
    states: list[MessageState] = []

    async def change(transaction: Transaction) -> Sequence[str]:
        rows = await transaction.run(statements.CANCEL, ids=ids, cancellable=_CANCELLABLE, cancelled=_CANCELLED)
        states.extend(MessageState(state) for _, state, _ in rows)
        return [message_id for message_id, _, is_cancelled in rows if is_cancelled]

    revisions = await change_messages_in(transaction, ids, (), now_ms, change)
    result = {
        "outreachId": outreach_id,
        "cancelled": states.count(_CANCELLED),
        "tooLate": sum(state in _TOO_LATE for state in states),
    }
    changes = tuple(
        ProfileChange(each.profile_id, each.revision, frozenset({ChangeKind.MESSAGE})) for each in revisions
    )
    return Done(result, changes)
