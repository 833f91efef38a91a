from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from graph.connection import Graph, Transaction
from graph.errors import GraphTimeout, Refusal, UnknownCommit, UserError
from graph.people.change import ProfileChange
from graph.statements import idempotency as statements
from graph.vocabulary import UserErrorCode

# A client may ask for the same answer again for two days.
KEPT_MS = 48 * 3_600_000
# A batch spans transactions: who died in the middle of one is no longer waited for after this time.
_BATCH_LEASE_MS = 120_000

_FIELD = ("idempotencyKey",)
_REUSED = UserError(
    UserErrorCode.IDEMPOTENCY_KEY_REUSED, "This idempotency key was used with another input before.", _FIELD
)
_IN_PROGRESS = UserError(
    UserErrorCode.IDEMPOTENCY_IN_PROGRESS, "A request with this idempotency key is still running.", _FIELD
)


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets one input act once. `key` covers caller, mutation and the client's key; `input_hash` is a keyed hash."""

    key: str
    input_hash: str


@dataclass(frozen=True, slots=True)
class Done:
    """What a change wrote: ids and plain values by name, and the people it touched."""

    result: dict[str, Any]
    changes: tuple[ProfileChange, ...] = ()
    replayed: bool = False


async def once(graph: Graph, guard: Guard | None, now_ms: int, work: Callable[[Transaction], Awaitable[Done]]) -> Done:
    """Runs `work` in one transaction together with its idempotency key; a second call gets the first one's result.

    Raises Refusal where the key came with another input, or the first call still runs. A lost answer to the commit
    is settled by asking again under the key; without one UnknownCommit is raised.
    """
    try:
        return await _attempt(graph, guard, now_ms, work)
    except UnknownCommit:
        if guard is None:
            raise
        return await _attempt(graph, guard, now_ms, work)


async def begin_batch(graph: Graph, guard: Guard, now_ms: int) -> dict[str, Any] | None:
    """Marks a batch as running and returns None, or returns the result it had before.

    Whoever gets None calls `finish_batch`. Rows are idempotent by their own keys, so after a crash the same batch may
    run again once the lease is over. Raises Refusal as `once` does.
    """

    async def work(transaction: Transaction) -> dict[str, Any] | None:
        return await _begin(transaction, guard, now_ms, _BATCH_LEASE_MS)

    return await graph.write(work)


async def finish_batch(graph: Graph, guard: Guard, result: dict[str, Any]) -> None:
    await graph.change(statements.REMEMBER, key=guard.key, result=json.dumps(result))


async def _attempt(
    graph: Graph, guard: Guard | None, now_ms: int, work: Callable[[Transaction], Awaitable[Done]]
) -> Done:
    waiting = guard is not None

    async def guarded(transaction: Transaction) -> Done:
        nonlocal waiting
        if guard is None:
            return await work(transaction)
        earlier = await _begin(transaction, guard, now_ms, None)
        waiting = False
        if earlier is not None:
            return Done(earlier, replayed=True)
        done = await work(transaction)
        await transaction.run(statements.REMEMBER, key=guard.key, result=json.dumps(done.result))
        return done

    try:
        return await graph.write(guarded)
    except GraphTimeout:
        if waiting:
            raise Refusal(_IN_PROGRESS) from None
        raise


async def _begin(transaction: Transaction, guard: Guard, now_ms: int, lease_ms: int | None) -> dict[str, Any] | None:
    input_hash, result, running = await transaction.run(
        statements.BEGIN,
        key=guard.key,
        inputHash=guard.input_hash,
        now=now_ms,
        expiresAt=now_ms + KEPT_MS,
        leaseMs=lease_ms,
    )
    if input_hash != guard.input_hash:
        raise Refusal(_REUSED)
    if running:
        raise Refusal(_IN_PROGRESS)
    return None if result is None else json.loads(result)
