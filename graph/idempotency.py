from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from graph.connection import Graph, Transaction
from graph.errors import (
    ConstraintViolated,
    GraphTimeout,
    GraphUnavailable,
    Raced,
    Refusal,
    UnknownCommit,
    UserError,
)
from graph.people.change import ProfileChange
from graph.statements import idempotency as statements
from graph.vocabulary import UserErrorCode

# A client may ask for the same answer again for two days.
KEPT_MS = 48 * 3_600_000
# A batch spans transactions: who died in the middle of one is no longer waited for after this time.
_BATCH_LEASE_MS = 120_000
# Who loses a race looks again and sees what the winner wrote. Every race lost is somebody else's success, so a few more
# tries than writers usually meet at the same people are enough.
_TRIES = 7

T = TypeVar("T")

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
    attempt = _Attempt(guard, now_ms, work)
    try:
        return await patiently(partial(attempt.run, graph))
    except UnknownCommit:
        if guard is None:
            raise
        before = attempt.done
        again = await patiently(partial(attempt.run, graph))
        # The ids in a result are new with every try: the same result means that the first try was committed.
        return before if before is not None and again.replayed and before.result == again.result else again


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Runs `work` again where somebody else was quicker. Raises GraphUnavailable where that happens every time."""
    for _ in range(_TRIES):
        with suppress(Raced, ConstraintViolated):
            return await work()
    return await _last_try(work)


async def _last_try(work: Callable[[], Awaitable[T]]) -> T:
    try:
        return await work()
    except Raced:
        raise GraphUnavailable("others change the same people at this moment") from None


async def begin_batch(graph: Graph, guard: Guard, now_ms: int) -> dict[str, Any] | None:
    """Marks a batch as running and returns None, or returns the result it had before.

    Whoever gets None calls `finish_batch`, or `abandon_batch` where it breaks off. Rows are idempotent by their own
    keys, so after a crash the same batch may run again once the lease is over. Raises Refusal as `once` does.
    """

    async def work(transaction: Transaction) -> dict[str, Any] | None:
        return await _begin(transaction, guard, now_ms, _BATCH_LEASE_MS)

    return await graph.write(work)


async def renew_batch(transaction: Transaction, guard: Guard) -> None:
    """Keeps the lease of a running batch, in the transaction that writes some of its rows."""
    await transaction.run(statements.RENEW, key=guard.key, leaseMs=_BATCH_LEASE_MS)


async def finish_batch(graph: Graph, guard: Guard, result: dict[str, Any]) -> None:
    await graph.change(statements.REMEMBER, key=guard.key, result=json.dumps(result))


async def abandon_batch(graph: Graph, guard: Guard) -> None:
    """Lets the same batch be sent again at once, after it broke off."""
    await graph.change(statements.RELEASE, key=guard.key)


@dataclass(slots=True)
class _Attempt:
    guard: Guard | None
    now_ms: int
    work: Callable[[Transaction], Awaitable[Done]]
    # What the last run of the transaction would have written, whether or not its commit was answered.
    done: Done | None = None
    _waiting: bool = False

    async def run(self, graph: Graph) -> Done:
        try:
            return await graph.write(self._guarded)
        except GraphTimeout:
            if self._waiting:
                raise Refusal(_IN_PROGRESS) from None
            raise

    async def _guarded(self, transaction: Transaction) -> Done:
        self._waiting = self.guard is not None
        if self.guard is None:
            return await self.work(transaction)
        earlier = await _begin(transaction, self.guard, self.now_ms, None)
        self._waiting = False
        if earlier is not None:
            return Done(earlier, replayed=True)
        self.done = await self.work(transaction)
        result = json.dumps(self.done.result)
        await transaction.run(statements.REMEMBER, key=self.guard.key, result=result)
        return self.done


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
