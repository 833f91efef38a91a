from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.people.touch import touch
from graph.statements import dead_addresses
from graph.statements import outbox as statements


@dataclass(frozen=True, slots=True)
class Revision:
    profile_id: str
    revision: int


async def change_messages(
    graph: Graph,
    ids: Sequence[str],
    suppressing: Sequence[str],
    now_ms: int,
    change: Callable[[Transaction], Awaitable[Sequence[str]]],
) -> tuple[Revision, ...]:
    """Runs `change`, which answers with the messages it really changed.

    The revisions of their people are raised, and the outreaches end of which no message is in flight any more. Locks
    are taken in the one order of all transactions: profiles by id, identifiers by key, subscriptions, then messages.
    """

    async def work(transaction: Transaction) -> tuple[Revision, ...]:
        return await change_messages_in(transaction, ids, suppressing, now_ms, change)

    return await graph.write(work)


async def change_messages_in(
    transaction: Transaction,
    ids: Sequence[str],
    suppressing: Sequence[str],
    now_ms: int,
    change: Callable[[Transaction], Awaitable[Sequence[str]]],
) -> tuple[Revision, ...]:
    """The same as part of a transaction that holds no messages yet, and no identifiers or subscriptions."""
    pairs = await _locked_people(transaction, ids, suppressing)
    if suppressing:
        await transaction.run(dead_addresses.LOCK_ADDRESSES, ids=sorted(suppressing))
        await transaction.run(dead_addresses.LOCK_SUBSCRIPTIONS, ids=sorted(suppressing))
    changed = frozenset(await change(transaction))
    touched = sorted({profile_id for message_id, profile_id in pairs if message_id in changed})
    if not touched:
        return ()
    if suppressing:
        await transaction.run(statements.SETTLE_OUTREACHES, ids=sorted(changed))
        # A subscription that ends may change what kind of person this is.
        changes = await touch(transaction, touched, now_ms)
        return tuple(Revision(each.profile_id, each.revision) for each in changes)
    revisions = await transaction.run(statements.SETTLE_AND_RAISE, ids=sorted(changed), people=touched, now=now_ms)
    return tuple(Revision(profile_id, revision) for profile_id, revision in revisions)


async def _locked_people(
    transaction: Transaction, ids: Sequence[str], suppressing: Sequence[str]
) -> Sequence[tuple[str, str]]:
    """Each message with everybody whom it concerns, by id; all of them are locked.

    Whoever was merged while they were being locked is looked up and locked again, and so is everybody who may have come
    to share an address meanwhile.
    """
    locked = set[str]()
    while True:
        rows = await transaction.run(statements.LOCK_PEOPLE, ids=sorted(ids), suppressing=sorted(suppressing))
        people = {profile_id for _, profile_id, _ in rows}
        is_certain = not suppressing and not any(has_moved for _, _, has_moved in rows)
        if is_certain or people <= locked:
            return [(message_id, profile_id) for message_id, profile_id, _ in rows]
        locked |= people
