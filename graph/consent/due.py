from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from graph.connection import Graph, Transaction
from graph.consent.ending import locked_standings
from graph.consent.ledger import entry_of_time, record
from graph.consent.running_out import ran_out
from graph.people.change import ProfileChange
from graph.people.touch import touch
from graph.statements import due as statements
from graph.statements import ending as ending_statements
from graph.statements.people import LOCK_PROFILES
from graph.vocabulary import ChangeKind

# Small, so that nobody waits long for the locks of one batch.
_AT_ONCE: Final = 100


async def record_due(graph: Graph, now_ms: int, at_once: int = _AT_ONCE) -> tuple[ProfileChange, ...]:
    """Writes down which suspensions and consents have run out, dated at their due times, `at_once` in a transaction.

    It was so already: whoever asks for the effective status sees no difference. Twice is as good as once, and two who
    do it at the same time write one record. Returns the people it changed.
    """
    found: list[ProfileChange] = []
    while True:
        ids: Sequence[str] = await graph.read_aside(statements.DUE, now=now_ms, limit=at_once)
        changes = await _record_batch(graph, ids, now_ms) if ids else ()
        found.extend(changes)
        # What others hold or move at this moment is found again the next time.
        if len(ids) < at_once or not changes:
            return tuple(found)


async def _record_batch(graph: Graph, ids: Sequence[str], now_ms: int) -> tuple[ProfileChange, ...]:
    async def work(transaction: Transaction) -> tuple[ProfileChange, ...]:
        locked = {owner for _, owner in await transaction.run(statements.OWNERS, ids=sorted(ids))}
        await transaction.run(LOCK_PROFILES, ids=sorted(locked))
        owners = dict(await transaction.run(statements.OWNERS, ids=sorted(ids)))
        mine = {id_: each for id_, each in owners.items() if each in locked}
        return await touch(transaction, await settle(transaction, mine, now_ms), now_ms, ChangeKind.SUBSCRIPTION)

    return await graph.write(work)


async def settle(transaction: Transaction, owners: Mapping[str, str], now_ms: int) -> frozenset[str]:
    """Writes down what of these subscriptions ran out, before something else is written over it.

    `owners` are their people by the subscriptions' ids, whose locks the caller holds. Answers with those for whom
    anything had run out; their revisions are for the caller to raise.
    """
    if not owners:
        return frozenset()
    standings = await locked_standings(transaction, owners)
    ended = {id_: found for id_, standing in standings if (found := ran_out(standing, now_ms))}
    if not ended:
        return frozenset()
    rows = [{"id": id_, "status": ended[id_][-1].to_status} for id_ in sorted(ended)]
    await transaction.run(ending_statements.SET_STATUSES, rows=rows, now=now_ms)
    entries = [entry_of_time(id_, owners[id_], each) for id_ in sorted(ended) for each in ended[id_]]
    await record(transaction, entries, now_ms)
    return frozenset(owners[id_] for id_ in ended)
