from __future__ import annotations

from collections.abc import Sequence

from graph.connection import Transaction
from graph.consent.cause import Cause
from graph.consent.due import settle
from graph.consent.ledger import LedgerEntry, Subject, record
from graph.people.device import Handover
from graph.statements import devices as statements
from graph.statements.people import FORGET_UNUSED_IDENTIFIERS
from graph.vocabulary import SubscriptionStatus

_OPEN = (SubscriptionStatus.SUBSCRIBED, SubscriptionStatus.UNCONFIRMED)


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
    await settle(transaction, dict(await transaction.run(statements.AT_DEVICES, links=rows)), now_ms)
    suspended = await transaction.run(statements.SUSPEND, links=rows, open=list(_OPEN), now=now_ms)
    entries = [
        LedgerEntry(
            Subject.subscription(subscription_id),
            profile_id,
            SubscriptionStatus(before),
            SubscriptionStatus.SUSPENDED,
            Cause.HANDED_OVER,
            actor,
        )
        for subscription_id, profile_id, before in suspended
    ]
    await record(transaction, entries, now_ms)
    await transaction.run(FORGET_UNUSED_IDENTIFIERS, keys=[each["key"] for each in rows])
    return frozenset(profile_id for _, profile_id in taken) | frozenset(profile_id for _, profile_id, _ in suspended)
