"""How subscriptions end: by the person's no, a dead address or a complaint.

Inside a transaction that holds the person's lock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from graph.connection import Transaction
from graph.consent.cause import NO_ACTS, Cause
from graph.consent.evidence import Evidence
from graph.consent.ledger import LedgerEntry, Subject, entry_of_time, record
from graph.consent.running_out import Standing, ran_out
from graph.consent.said_again import is_said_again
from graph.consent.strictness import WRITTEN_OVER
from graph.statements import ending as statements
from graph.vocabulary import SubscriptionStatus


@dataclass(frozen=True, slots=True)
class Ending:
    """How, and through whom, something of this person ends."""

    profile_id: str
    actor: str
    to_status: SubscriptionStatus = SubscriptionStatus.UNSUBSCRIBED
    cause: Cause = Cause.UNSUBSCRIBE
    source: str = "api"
    reason: str | None = None
    evidence: Evidence | None = None

    def entry(
        self,
        subject: Subject,
        before: SubscriptionStatus | None,
        cause: Cause | None = None,
        *,
        after: SubscriptionStatus | None = None,
    ) -> LedgerEntry:
        return LedgerEntry(
            subject,
            self.profile_id,
            before,
            after or self.to_status,
            cause or self.cause,
            self.actor,
            source=self.source,
            reason=self.reason,
            evidence=self.evidence,
        )

    def entries(self, subject: Subject, standing: Standing, now_ms: int) -> list[LedgerEntry]:
        """What it adds to the ledger: first what had run out by then.

        A status that is not written over stays, and what was said of it is recorded where `is_news`.
        """
        if self.writes_over(standing):
            before = [entry_of_time(subject.node_id, self.profile_id, each) for each in ran_out(standing, now_ms)]
            status = before[-1].to_status if before else standing.status
            return [*before, self.entry(subject, status)]
        if self.is_news(standing.recorded_cause, standing.recorded_at_ms, now_ms):
            return [self.entry(subject, standing.status, after=standing.status)]
        return []

    def writes_over(self, standing: Standing) -> bool:
        """A pause without an end also takes the end from one that has one."""
        if standing.status is self.to_status is SubscriptionStatus.SUSPENDED:
            return standing.suspended_until_ms is not None
        return standing.status in WRITTEN_OVER[self.to_status]

    def is_news(self, last_cause: str | None, recorded_at_ms: int | None, now_ms: int) -> bool:
        """Of what is closed already: whether it was nobody's word that closed it, or a person says no once more.

        What a provider tells of is told many times, and is the same each time.
        """
        if self.to_status is SubscriptionStatus.UNSUBSCRIBED:
            return is_said_again(last_cause, recorded_at_ms, now_ms)
        return last_cause in NO_ACTS


@dataclass(frozen=True, slots=True)
class Ended:
    """Ids of subscriptions, sorted: those whose status changed, and those of which the ledger tells anything new."""

    changed: list[str]
    recorded: list[str]


async def locked_standings(transaction: Transaction, ids: Collection[str]) -> list[tuple[str, Standing]]:
    """Locks the subscriptions, sorted, and reads them after that. Those that are gone are left out."""
    ordered = sorted(ids)
    await transaction.run(statements.LOCK, ids=ordered)
    rows: Sequence[Sequence[object]] = await transaction.run(statements.STANDINGS, ids=ordered)
    return [(str(row[0]), _standing(row)) for row in rows]


async def end(transaction: Transaction, endings: Mapping[str, Ending], now_ms: int) -> Ended:
    """Ends each of the subscriptions that can still be ended so."""
    if not endings:
        return Ended([], [])
    standings = dict(await locked_standings(transaction, endings))
    entries = {
        id_: endings[id_].entries(Subject.subscription(id_), standing, now_ms) for id_, standing in standings.items()
    }
    recorded = sorted(id_ for id_, found in entries.items() if found)
    changed = [id_ for id_ in recorded if endings[id_].writes_over(standings[id_])]
    if changed:
        rows = [{"id": id_, "status": endings[id_].to_status} for id_ in changed]
        await transaction.run(statements.SET_STATUSES, rows=rows, now=now_ms)
    if recorded:
        await record(transaction, [each for id_ in recorded for each in entries[id_]], now_ms)
    return Ended(changed, recorded)


def _standing(row: Sequence[object]) -> Standing:
    until, expires, recorded = (each if isinstance(each, int) else None for each in row[2:5])
    return Standing(SubscriptionStatus(str(row[1])), until, expires, recorded, None if row[5] is None else str(row[5]))
