from __future__ import annotations

from collections.abc import Sequence

from graph.connection import Transaction
from graph.consent.handed_over import suspend_handed_over
from graph.people.device import Handover
from graph.statements import devices as statements
from graph.statements.people import FORGET_UNUSED_IDENTIFIERS


async def take_away(transaction: Transaction, handovers: Sequence[Handover], actor: str, now_ms: int) -> frozenset[str]:
    """Takes identifiers from the people who had them, and suspends their subscriptions there until they come back.

    What they did under these identifiers stays theirs. Answers with the people who had any; all of them are locked by
    the caller. Done twice it changes nothing.
    """
    if not handovers:
        return frozenset()
    ordered = sorted(handovers, key=lambda each: (each.key, each.from_id))
    rows = [{"key": each.key, "profileId": each.from_id} for each in ordered]
    taken = await transaction.run(statements.UNLINK, links=rows)
    present = dict(await transaction.run(statements.AT_DEVICES, links=rows))
    suspended = await suspend_handed_over(transaction, present, actor, now_ms)
    await transaction.run(FORGET_UNUSED_IDENTIFIERS, keys=[each["key"] for each in rows])
    return suspended.union(profile_id for _, profile_id in taken)
