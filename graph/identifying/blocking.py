from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from graph.connection import Graph, Transaction
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.identifiers import IdentifierValue
from graph.identifying.placeholders import BlockedValue, blocking_keys, is_placeholder
from graph.ids import IdPrefix, new_id
from graph.statements import blocked_values as statements
from graph.vocabulary import RowOutcome, UserErrorCode

# A batch asks for thousands of keys, and an owner's list mostly has a few dozen.
_WORTH_THE_WHOLE_LIST: Final = 200


async def blocked_keys(transaction: Transaction, identifiers: Collection[IdentifierValue]) -> frozenset[str]:
    """The keys of those of these values that stand for nobody: always, or because the owner of the graph says so.

    The list is read in the transaction that writes, so all processes obey it as soon as it is written, and there is no
    cache to be told. Who read it just before that links a value once more, which will never match again.
    """
    placeholders = {each.key for each in identifiers if is_placeholder(each)}
    if len(identifiers) > _WORTH_THE_WHOLE_LIST:
        whole = await transaction.run(statements.FIRST_BLOCKED, limit=len(identifiers))
        if len(whole) < len(identifiers):
            return frozenset(placeholders | _blocked_by(frozenset(whole), identifiers))
    wanted = sorted({key for each in identifiers for key in blocking_keys(each)})
    listed = await transaction.run(statements.BLOCKED, keys=wanted) if wanted else ()
    return frozenset(placeholders | _blocked_by(frozenset(listed), identifiers))


def _blocked_by(listed: frozenset[str], identifiers: Collection[IdentifierValue]) -> set[str]:
    if not listed:
        return set()
    return {each.key for each in identifiers if not listed.isdisjoint(blocking_keys(each))}


@dataclass(frozen=True, slots=True)
class BlockPlaceholder:
    value: BlockedValue
    actor: str


async def block_placeholder(graph: Graph, command: BlockPlaceholder, guard: Guard | None, now_ms: int) -> Done:
    """From now on the value identifies nobody: no input may bring it, and the people who have it are not found by it.

    They keep it, and show it. The result holds `blockedIdentifierId` and `outcome`, which is UNCHANGED where the value
    was blocked before.
    """

    async def work(transaction: Transaction) -> Done:
        return await block_placeholder_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def block_placeholder_in(transaction: Transaction, command: BlockPlaceholder, now_ms: int) -> Done:
    new = new_id(IdPrefix.BLOCKED_IDENTIFIER)
    value = command.value
    blocked_id: str = await transaction.run(
        statements.BLOCK,
        key=value.key,
        id=new,
        type=value.type,
        value=value.value,
        actor=command.actor,
        now=now_ms,
    )
    outcome = RowOutcome.CREATED if blocked_id == new else RowOutcome.UNCHANGED
    return Done({"blockedIdentifierId": blocked_id, "outcome": outcome})


async def unblock_placeholder(graph: Graph, blocked_id: str, guard: Guard | None, now_ms: int) -> Done:
    """The value identifies people again, those whom it was linked to before as well.

    The result holds `unblockedId`. Raises Refusal NOT_FOUND where the owner blocks nothing under this id: what is
    blocked everywhere, like `null`, is on no list.
    """

    async def work(transaction: Transaction) -> Done:
        return await unblock_placeholder_in(transaction, blocked_id)

    return await once(graph, guard, now_ms, work)


async def unblock_placeholder_in(transaction: Transaction, blocked_id: str) -> Done:
    if not await transaction.run(statements.UNBLOCK, id=blocked_id):
        raise Refusal(UserError(UserErrorCode.NOT_FOUND, "Nothing is blocked under this id.", ("blockedIdentifier",)))
    return Done({"unblockedId": blocked_id})
