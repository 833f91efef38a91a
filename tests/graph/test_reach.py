from __future__ import annotations

from dataclasses import replace

import pytest

from graph.reach import CategoryFacts, Membership, ReachFacts, effective_status, reach
from graph.vocabulary import Gate, MessagePurpose
from graph.vocabulary import MessagePurpose as Purpose
from graph.vocabulary import SubscriptionStatus as Status

NOW = 1_800_000_000_000
OPEN = ReachFacts(profile_status=Status.SUBSCRIBED, subscription_status=Status.SUBSCRIBED)
UNCONFIRMED = replace(OPEN, subscription_status=Status.UNCONFIRMED)
CATEGORY = CategoryFacts(mandatory=False, active=True, joined_by_default=True, membership=None)

M, T, C = Purpose.MARKETING, Purpose.TRANSACTIONAL, Purpose.CONFIRMATION

# Who passes each gate: the table of the design, one row per fact, the purposes that may use the address.
PROFILE = {
    Status.SUBSCRIBED: {M, T, C},
    Status.UNSUBSCRIBED: {T},
    Status.UNCONFIRMED: {T, C},
    Status.SUSPENDED: set(),
    Status.COMPLAINED: set(),
    Status.HARD_BOUNCED: set(),
    Status.INVALID: set(),
}
SUBSCRIPTION = {
    Status.SUBSCRIBED: {M, T},
    Status.UNSUBSCRIBED: {T},
    Status.UNCONFIRMED: {T, C},
    Status.SUSPENDED: set(),
    Status.COMPLAINED: set(),
    Status.HARD_BOUNCED: set(),
    Status.INVALID: set(),
}


def passing(purpose: MessagePurpose) -> ReachFacts:
    """Facts with which every gate lets this purpose through."""
    return UNCONFIRMED if purpose is C else OPEN


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("status", list(Status))
def test_gate_profile_status_by_purpose(status: Status, purpose: MessagePurpose) -> None:
    verdict = reach(replace(passing(purpose), profile_status=status), purpose, NOW)

    assert verdict.reachable is (purpose in PROFILE[status])
    assert verdict.refused_by is (None if verdict.reachable else Gate.PROFILE_STATUS)


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("status", list(Status))
def test_gate_subscription_status_by_purpose(status: Status, purpose: MessagePurpose) -> None:
    verdict = reach(replace(OPEN, subscription_status=status), purpose, NOW)

    assert verdict.reachable is (purpose in SUBSCRIPTION[status])
    assert verdict.refused_by is (None if verdict.reachable else Gate.SUBSCRIPTION_STATUS)


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize(
    ("category", "lets_news_through"),
    [
        (CATEGORY, True),
        (replace(CATEGORY, joined_by_default=False), False),
        (replace(CATEGORY, membership=Membership.LEFT), False),
        (replace(CATEGORY, membership=Membership.LEFT, mandatory=True), True),
        (replace(CATEGORY, membership=Membership.JOINED, joined_by_default=False), True),
        (replace(CATEGORY, mandatory=True, joined_by_default=False), True),
        (replace(CATEGORY, active=False, mandatory=True), False),
    ],
)
def test_gate_category_by_purpose(category: CategoryFacts, *, lets_news_through: bool, purpose: MessagePurpose) -> None:
    verdict = reach(replace(passing(purpose), category=category), purpose, NOW)

    assert verdict.reachable is (lets_news_through or purpose is not M)
    assert verdict.refused_by is (None if verdict.reachable else Gate.CATEGORY)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_gate_suppression_refuses_every_purpose(purpose: MessagePurpose) -> None:
    verdict = reach(replace(passing(purpose), suppressions=(None,)), purpose, NOW)

    assert (verdict.reachable, verdict.refused_by) == (False, Gate.SUPPRESSION)
    assert verdict.reason == "the address is suppressed"


@pytest.mark.parametrize(
    ("suppressions", "passes"),
    [
        ((), True),
        ((NOW,), True),
        ((NOW - 1, NOW), True),
        ((NOW + 1,), False),
        ((NOW - 1, NOW + 1), False),
        ((NOW - 1, None), False),
    ],
)
def test_a_suppression_ends_in_the_instant_that_was_named(
    suppressions: tuple[int | None, ...], *, passes: bool
) -> None:
    assert reach(replace(OPEN, suppressions=suppressions), M, NOW).reachable is passes


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize(("expires_at", "passes"), [(NOW - 1, False), (NOW, False), (NOW + 1, True), (None, True)])
def test_gate_expiry_by_purpose(expires_at: int | None, *, passes: bool, purpose: MessagePurpose) -> None:
    verdict = reach(replace(passing(purpose), expires_at=expires_at), purpose, NOW)

    assert verdict.reachable is passes
    assert verdict.refused_by is (None if passes else Gate.EXPIRY)


@pytest.mark.parametrize(
    ("until", "purpose", "passes"),
    [(NOW + 1, M, False), (NOW, M, True), (NOW + 1, T, True), (None, T, False), (None, M, False), (NOW, C, False)],
)
def test_a_suspension_ends_by_itself_and_bars_receipts_only_without_an_end(
    until: int | None, purpose: MessagePurpose, *, passes: bool
) -> None:
    facts = replace(OPEN, subscription_status=Status.SUSPENDED, suspended_until=until)

    assert reach(facts, purpose, NOW).reachable is passes


@pytest.mark.parametrize(("purpose", "gate"), [(M, Gate.CONSENT_EXPIRED), (T, None), (C, None)], ids=str)
def test_an_expired_consent_is_unconfirmed_and_named(purpose: MessagePurpose, gate: Gate | None) -> None:
    facts = replace(OPEN, consent_expires_at=NOW)

    assert effective_status(facts, NOW) is Status.UNCONFIRMED
    assert reach(facts, purpose, NOW).refused_by is gate
    assert reach(facts, purpose, NOW - 1).refused_by is (Gate.SUBSCRIPTION_STATUS if purpose is C else None)


def test_the_first_gate_that_refuses_is_named() -> None:
    facts = ReachFacts(
        profile_status=Status.UNSUBSCRIBED,
        subscription_status=Status.UNSUBSCRIBED,
        category=replace(CATEGORY, membership=Membership.LEFT),
        suppressions=(None,),
        expires_at=NOW,
    )
    named = []
    for mended in (
        {},
        {"profile_status": Status.SUBSCRIBED},
        {"subscription_status": Status.SUBSCRIBED},
        {"category": None},
        {"suppressions": ()},
        {"expires_at": None},
    ):
        facts = replace(facts, **mended)
        named.append(reach(facts, M, NOW).refused_by)

    assert named == [
        Gate.PROFILE_STATUS,
        Gate.SUBSCRIPTION_STATUS,
        Gate.CATEGORY,
        Gate.SUPPRESSION,
        Gate.EXPIRY,
        None,
    ]


def test_what_is_gone_is_not_reached() -> None:
    assert reach(replace(OPEN, profile_status=None), T, NOW).refused_by is Gate.PROFILE_STATUS
    assert reach(replace(OPEN, subscription_status=None), T, NOW).refused_by is Gate.NO_SUBSCRIPTION
