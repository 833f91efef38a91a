"""The consent ledger: one record for every change of what somebody allows, appended and never changed.

The current status of a subject equals that of its record with the highest `seq`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from graph.connection import Transaction
from graph.consent.cause import Cause
from graph.consent.evidence import Evidence, evidence_row
from graph.consent.running_out import RanOut
from graph.ids import IdPrefix, new_id
from graph.statements import consent as statements
from graph.vocabulary import ConsentScope, SubscriptionStatus

# Who changed what changed by itself.
TIME = "time"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a record is about. `node_id` is the node it hangs on, `id` what its records are counted by."""

    scope: ConsentScope
    node_id: str
    category_id: str | None = None

    @property
    def id(self) -> str:
        return self.node_id if self.category_id is None else f"{self.node_id}:{self.category_id}"

    @classmethod
    def profile(cls, profile_id: str) -> Self:
        return cls(ConsentScope.PROFILE, profile_id)

    @classmethod
    def subscription(cls, subscription_id: str) -> Self:
        return cls(ConsentScope.SUBSCRIPTION, subscription_id)

    @classmethod
    def category(cls, subscription_id: str, category_id: str) -> Self:
        """A category as this subscription has it: SUBSCRIBED where it is joined, UNSUBSCRIBED where it is left."""
        return cls(ConsentScope.CATEGORY, subscription_id, category_id)

    @classmethod
    def identifier(cls, identifier_id: str) -> Self:
        return cls(ConsentScope.IDENTIFIER, identifier_id)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One change; `from_status` is None for a subject that is new, `at_ms` is when it holds from, if that is not now.

    `profile_id` is the person it happened to, None for an identifier that is nobody's.
    """

    subject: Subject
    profile_id: str | None
    from_status: SubscriptionStatus | None
    to_status: SubscriptionStatus
    cause: Cause
    actor: str
    source: str = "api"
    reason: str | None = None
    evidence: Evidence | None = None
    at_ms: int | None = None


def entry_of_time(subscription_id: str, profile_id: str, change: RanOut) -> LedgerEntry:
    """What nobody did: it became due."""
    return LedgerEntry(
        Subject.subscription(subscription_id),
        profile_id,
        change.from_status,
        change.to_status,
        change.cause,
        actor=TIME,
        source=TIME,
        at_ms=change.at_ms,
    )


async def record(transaction: Transaction, entries: Sequence[LedgerEntry], now_ms: int) -> list[str]:
    """Appends to the ledger, in the order of the entries, and returns the records' ids.

    The caller holds the locks of all subjects and changes their statuses in this transaction. A subject may occur
    more than once.
    """
    # Sorted, so that the records of one instant stand in the order of the entries wherever they are listed by id.
    ids = sorted(new_id(IdPrefix.CONSENT_RECORD, now_ms) for _ in entries)
    rows = [_row(each, record_id, now_ms) for each, record_id in zip(entries, ids, strict=True)]
    for scopes, statement in _STATEMENTS:
        wanted = [row for row in rows if row["scope"] in scopes]
        if wanted:
            await transaction.run(statement, rows=wanted)
    return ids


_STATEMENTS = (
    ((ConsentScope.PROFILE,), statements.RECORD_OF_PROFILES),
    ((ConsentScope.SUBSCRIPTION, ConsentScope.CATEGORY), statements.RECORD_OF_SUBSCRIPTIONS),
    ((ConsentScope.IDENTIFIER,), statements.RECORD_OF_IDENTIFIERS),
)


def _row(entry: LedgerEntry, record_id: str, now_ms: int) -> dict[str, object]:
    return {
        "id": record_id,
        "scope": entry.subject.scope,
        "nodeId": entry.subject.node_id,
        "subjectId": entry.subject.id,
        "categoryId": entry.subject.category_id,
        "profileId": entry.profile_id,
        "at": now_ms if entry.at_ms is None else entry.at_ms,
        "fromStatus": entry.from_status,
        "toStatus": entry.to_status,
        "cause": entry.cause,
        "source": entry.source,
        "reason": entry.reason,
        "actor": entry.actor,
        **evidence_row(entry.evidence),
    }
