"""May this subscription be used now, and if not, which gate refuses.

The one place where that is decided: what the API shows, what a mutation queues and what a worker sends agree because
they all ask here. Gates stand in the order of the design; the first that refuses is named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import auto
from typing import Final

from graph.consent import running_out
from graph.vocabulary import Gate, Word
from graph.vocabulary import MessagePurpose as Purpose
from graph.vocabulary import SubscriptionStatus as Status


class Membership(Word):
    """What the edge between a subscription and a category says; no edge means the category's default."""

    LEFT = auto()
    JOINED = auto()


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    mandatory: bool
    active: bool
    joined_by_default: bool
    membership: Membership | None


@dataclass(frozen=True, slots=True)
class ReachFacts:
    """All that the gates look at. Times are epoch milliseconds; a None status means that the node is gone."""

    profile_status: Status | None
    subscription_status: Status | None
    suspended_until: int | None = None
    consent_expires_at: int | None = None
    category: CategoryFacts | None = None
    # Until when each suppression of the address stops it; None for one without an end.
    suppressions: tuple[int | None, ...] = ()
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`retry_at_ms` is when what refuses ends by itself, None where nobody knows that."""

    reachable: bool
    refused_by: Gate | None = None
    reason: str | None = None
    retry_at_ms: int | None = None


REACHABLE: Final = Verdict(reachable=True)
NO_SUBSCRIPTION: Final = Verdict(reachable=False, refused_by=Gate.NO_SUBSCRIPTION, reason="there is no subscription")

# UNSUBSCRIBED is a wish about news, so receipts and security codes pass it; COMPLAINED, HARD_BOUNCED and INVALID are
# about the address or the sender's name, so nothing does. SUSPENDED is judged apart, see `_may_use`.
_PROFILE_STATUSES: Final = {
    Purpose.MARKETING: frozenset({Status.SUBSCRIBED}),
    Purpose.TRANSACTIONAL: frozenset({Status.SUBSCRIBED, Status.UNSUBSCRIBED, Status.UNCONFIRMED}),
    Purpose.CONFIRMATION: frozenset({Status.SUBSCRIBED, Status.UNCONFIRMED}),
}
_SUBSCRIPTION_STATUSES: Final = {
    Purpose.MARKETING: frozenset({Status.SUBSCRIBED}),
    Purpose.TRANSACTIONAL: frozenset({Status.SUBSCRIBED, Status.UNSUBSCRIBED, Status.UNCONFIRMED}),
    Purpose.CONFIRMATION: frozenset({Status.UNCONFIRMED}),
}


def reach(facts: ReachFacts, purpose: Purpose, now_ms: int) -> Verdict:
    for gate in _GATES:
        refusal = gate(facts, purpose, now_ms)
        if refusal is not None:
            return refusal
    return REACHABLE


def effective_status(facts: ReachFacts, now_ms: int) -> Status | None:
    """The stored status, except that a suspension or a consent which ran out is over at once."""
    status = facts.subscription_status
    return (
        None
        if status is None
        else running_out.effective_status(
            running_out.Standing(status, facts.suspended_until, facts.consent_expires_at), now_ms
        )
    )


def _profile_status(facts: ReachFacts, purpose: Purpose, _now_ms: int) -> Verdict | None:
    if facts.profile_status is None:
        return _refusal(Gate.PROFILE_STATUS, "the profile is gone")
    if facts.profile_status in _PROFILE_STATUSES[purpose]:
        return None
    return _refusal(Gate.PROFILE_STATUS, f"the profile is {facts.profile_status}")


def _subscription_status(facts: ReachFacts, purpose: Purpose, now_ms: int) -> Verdict | None:
    status = effective_status(facts, now_ms)
    if status is None:
        return NO_SUBSCRIPTION
    if _may_use(facts, status, purpose):
        return None
    # The same before and after the sweeper has recorded that it ran out.
    if status is Status.UNCONFIRMED and _is_past(facts.consent_expires_at, now_ms):
        return _refusal(Gate.CONSENT_EXPIRED, "the consent has expired")
    ends_ms = facts.suspended_until if status is Status.SUSPENDED else None
    return _refusal(Gate.SUBSCRIPTION_STATUS, f"the subscription is {status}", ends_ms)


def _may_use(facts: ReachFacts, status: Status, purpose: Purpose) -> bool:
    # A pause with an end is the person's wish about news. Without an end the address itself is in doubt (a device
    # that was handed over is suspended so), and a receipt could reach a stranger.
    paused = status is Status.SUSPENDED and facts.suspended_until is not None
    return status in _SUBSCRIPTION_STATUSES[purpose] or (paused and purpose is Purpose.TRANSACTIONAL)


def _category(facts: ReachFacts, purpose: Purpose, _now_ms: int) -> Verdict | None:
    category = facts.category
    if category is None or purpose is not Purpose.MARKETING:
        return None
    if not category.active:
        return _refusal(Gate.CATEGORY, "the category is not active")
    if category.mandatory or category.membership is Membership.JOINED:
        return None
    if category.membership is Membership.LEFT:
        return _refusal(Gate.CATEGORY, "the subscriber has left the category")
    return None if category.joined_by_default else _refusal(Gate.CATEGORY, "the subscriber has not joined the category")


def _suppression(facts: ReachFacts, _purpose: Purpose, now_ms: int) -> Verdict | None:
    standing = [until for until in facts.suppressions if not _is_past(until, now_ms)]
    if not standing:
        return None
    ends = [until for until in standing if until is not None]
    return _refusal(Gate.SUPPRESSION, "the address is suppressed", max(ends) if len(ends) == len(standing) else None)


def _expiry(facts: ReachFacts, _purpose: Purpose, now_ms: int) -> Verdict | None:
    return _refusal(Gate.EXPIRY, "the message has expired") if _is_past(facts.expires_at, now_ms) else None


def _is_past(instant: int | None, now_ms: int) -> bool:
    return instant is not None and instant <= now_ms


def _refusal(gate: Gate, reason: str, ends_ms: int | None = None) -> Verdict:
    return Verdict(reachable=False, refused_by=gate, reason=reason, retry_at_ms=ends_ms)


_GATES: Final[tuple[Callable[[ReachFacts, Purpose, int], Verdict | None], ...]] = (
    _profile_status,
    _subscription_status,
    _category,
    _suppression,
    _expiry,
)
