"""One subscription that is locked together with its person, and what every change of it has in common."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from graph.connection import Transaction
from graph.consent.cause import Cause
from graph.consent.evidence import Evidence
from graph.consent.ledger import LedgerEntry, Subject, entry_of_time, record
from graph.consent.running_out import Standing, ran_out
from graph.consent.said_again import is_nobodys_word
from graph.errors import Raced, Refusal, UserError
from graph.idempotency import Done
from graph.identifiers import IdentifierValue
from graph.people.resolution import Resolution
from graph.people.resolve import resolve
from graph.people.touch import touch
from graph.statements import subscription_changes as statements
from graph.statements.subscriptions import SET_STATUS
from graph.subscribing.placing import Row
from graph.vocabulary import ChangeKind, Channel, IdentifierType, RowOutcome, SubscriptionStatus, UserErrorCode


@dataclass(frozen=True, slots=True)
class Recorded:
    """The last record of the ledger about a subscription."""

    id: str
    at_ms: int
    from_status: SubscriptionStatus | None
    cause: str


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """All that changes of a subscription look at, as it is now: what ran out is over.

    `before_pause` is its last status in the ledger that is not SUSPENDED; `details` are what is known of device and
    push keys, by property; `opted_out_at_ms` is the newest standing opt-out that covers it. One that is neither listed
    nor archived was absorbed by a merge. `is_renewed` where this transaction has written what ran out.
    """

    id: str
    profile_id: str
    resource_id: str
    channel: Channel
    identifier_id: str
    identifier_type: IdentifierType
    status: SubscriptionStatus
    priority: int
    is_listed: bool
    is_archived: bool
    owns_address: bool
    suspended_until_ms: int | None
    consent_expires_at_ms: int | None
    opt_in_at_ms: int | None
    details: Mapping[str, str | None] = field(repr=False)
    opted_out_at_ms: int | None
    last: Recorded | None
    before_pause: SubscriptionStatus | None
    is_renewed: bool = False

    @property
    def recorded_at_ms(self) -> int | None:
        return None if self.last is None else self.last.at_ms

    @property
    def standing(self) -> Standing:
        return Standing(self.status, self.suspended_until_ms, self.consent_expires_at_ms, self.recorded_at_ms)

    @property
    def is_nobodys_word(self) -> bool:
        return is_nobodys_word(self.status, None if self.last is None else self.last.cause)

    def as_consented(self, status: SubscriptionStatus, now_ms: int) -> SubscriptionStatus:
        """The status it may have without a new consent: one that ran out gives UNCONFIRMED in place of SUBSCRIBED."""
        expired = self.consent_expires_at_ms is not None and self.consent_expires_at_ms <= now_ms
        return SubscriptionStatus.UNCONFIRMED if expired and status is SubscriptionStatus.SUBSCRIBED else status

    @property
    def pause_end_ms(self) -> int | None:
        return self.suspended_until_ms if self.status is SubscriptionStatus.SUSPENDED else None

    @property
    def row(self) -> Row:
        return Row(self.profile_id, self.resource_id, self.channel)

    @property
    def is_of_another(self) -> bool:
        """Whether its push token points to somebody else now, so that what is sent there would reach them."""
        return self.identifier_type is IdentifierType.PUSH_TOKEN and not self.owns_address


@dataclass(frozen=True, slots=True)
class Step:
    """A change of status to be. `until_ms` is when a pause ends."""

    to_status: SubscriptionStatus
    cause: Cause
    actor: str
    reason: str | None = None
    evidence: Evidence | None = None
    until_ms: int | None = None
    source: str = "api"


@dataclass(frozen=True, slots=True)
class LockedSubscription:
    state: SubscriptionState
    resolution: Resolution


async def locked_subscription(
    transaction: Transaction,
    subscription_id: str,
    now_ms: int,
    *,
    also: Sequence[IdentifierValue] = (),
    with_ids: Collection[str] = (),
) -> LockedSubscription:
    """Locks its person, then it, and reads it anew. `also` and the profiles `with_ids` are locked besides.

    It may be archived. Raises Refusal NOT_FOUND.
    """
    owner: str | None = await transaction.run(statements.OWNER, id=subscription_id)
    if owner is None:
        raise Refusal(UserError(UserErrorCode.NOT_FOUND, "No such subscription.", ("subscription",)))
    resolution = await resolve(transaction, also, now_ms, {owner, *with_ids}, rounds=1)
    if await transaction.run(statements.OWNER, id=subscription_id) != owner:
        raise Raced("the subscription moved to another profile while it was being locked")
    return LockedSubscription(await locked_state(transaction, subscription_id, now_ms), resolution)


async def listed_subscription(
    transaction: Transaction,
    subscription_id: str,
    now_ms: int,
    *,
    also: Sequence[IdentifierValue] = (),
    with_ids: Collection[str] = (),
) -> LockedSubscription:
    """The same for one that is in use. Raises Refusal NOT_FOUND, or STATE_NOT_ALLOWED for an archived one."""
    locked = await locked_subscription(transaction, subscription_id, now_ms, also=also, with_ids=with_ids)
    if not locked.state.is_listed:
        how = "is archived: restore it first" if locked.state.is_archived else "went into another one by a merge"
        raise not_allowed(f"This subscription {how}.")
    return locked


async def locked_state(transaction: Transaction, subscription_id: str, now_ms: int) -> SubscriptionState:
    """For whoever holds its person's lock: locks it, reads it, and writes down what ran out before now."""
    await transaction.run(statements.LOCK, id=subscription_id)
    state = _state(await transaction.run(statements.STATE, id=subscription_id))
    due = ran_out(state.standing, now_ms)
    # An archived one lies still; what is due is settled when it comes back.
    if not due or not state.is_listed:
        return state
    await transaction.run(SET_STATUS, id=state.id, status=due[-1].to_status, now=now_ms)
    entries = [entry_of_time(state.id, state.profile_id, each) for each in due]
    await record(transaction, entries, now_ms)
    return replace(_state(await transaction.run(statements.STATE, id=subscription_id)), is_renewed=True)


async def keep_details(transaction: Transaction, state: SubscriptionState, details: Mapping[str, str | None]) -> bool:
    """What is known of device and push keys; False where that was known."""
    changed = {name: value for name, value in details.items() if state.details.get(name) != value}
    if changed:
        await transaction.run(statements.SET_PROPERTIES, id=state.id, properties=changed)
    return bool(changed)


async def write_step(transaction: Transaction, state: SubscriptionState, step: Step, now_ms: int) -> str:
    """Changes its status and appends that to the ledger; returns the record's id."""
    if step.until_ms is None:
        await transaction.run(SET_STATUS, id=state.id, status=step.to_status, now=now_ms)
    else:
        await transaction.run(statements.SET_PAUSE, id=state.id, until=step.until_ms, now=now_ms)
    entry = LedgerEntry(
        Subject.subscription(state.id),
        state.profile_id,
        state.status,
        step.to_status,
        step.cause,
        step.actor,
        step.source,
        reason=step.reason,
        evidence=step.evidence,
    )
    return (await record(transaction, [entry], now_ms))[0]


class Changed(Protocol):
    """What has to be known of a subscription to say that it changed."""

    @property
    def id(self) -> str: ...
    @property
    def profile_id(self) -> str: ...
    @property
    def is_renewed(self) -> bool: ...


async def finished(
    transaction: Transaction,
    subscription: Changed,
    outcome: RowOutcome,
    now_ms: int,
    kinds: Sequence[ChangeKind] = (),
    others: Collection[str] = (),
) -> Done:
    """How a change of one subscription ends. The result holds `subscriptionId` and `outcome`.

    `kinds` are those of the person's changes besides, `others` further people who were changed.
    """
    changed = list(kinds)
    if outcome is not RowOutcome.UNCHANGED or subscription.is_renewed:
        changed.append(ChangeKind.SUBSCRIPTION)
    people = {subscription.profile_id, *others} if changed else set(others)
    changes = await touch(transaction, people, now_ms, *(changed or [ChangeKind.SUBSCRIPTION]))
    result = {"subscriptionId": subscription.id, "profileId": subscription.profile_id, "outcome": outcome}
    return Done(result, changes)


def require_newer(evidence: Evidence | None, than_ms: int | None, what: str, *path: str) -> None:
    """Raises Refusal CONSENT_REQUIRED unless there is evidence, from after `than_ms` where that is known.

    `what` says what stands against it, like "This subscription is UNSUBSCRIBED".
    """
    if evidence is None:
        raise Refusal(UserError(UserErrorCode.CONSENT_REQUIRED, f"{what}: it takes evidence of consent.", path))
    if than_ms is not None and evidence.at_ms <= than_ms:
        message = f"{what} since then or later: it takes newer consent."
        raise Refusal(UserError(UserErrorCode.CONSENT_REQUIRED, message, (*path, "at")))


def not_allowed(message: str, *path: str) -> Refusal:
    return Refusal(UserError(UserErrorCode.STATE_NOT_ALLOWED, message, path or ("subscription",)))


def _state(row: dict[str, Any]) -> SubscriptionState:
    return SubscriptionState(
        id=row["id"],
        profile_id=row["profileId"],
        resource_id=row["resourceId"],
        channel=Channel(row["channel"]),
        identifier_id=row["identifierId"],
        identifier_type=IdentifierType(row["identifierType"]),
        status=SubscriptionStatus(row["status"]),
        priority=row["priority"],
        is_listed=row["isListed"],
        is_archived=row["isArchived"],
        owns_address=row["ownsAddress"],
        suspended_until_ms=row["suspendedUntil"],
        consent_expires_at_ms=row["consentExpiresAt"],
        opt_in_at_ms=row["optInAt"],
        details=row["details"],
        opted_out_at_ms=row["optedOutAt"],
        last=None if row["last"] is None else _recorded(*row["last"]),
        before_pause=_status(row["beforePause"]),
    )


def _recorded(record_id: str, at_ms: int, from_status: str | None, cause: str) -> Recorded:
    return Recorded(record_id, at_ms, _status(from_status), cause)


def _status(text: str | None) -> SubscriptionStatus | None:
    return None if text is None else SubscriptionStatus(text)
