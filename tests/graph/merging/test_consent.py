from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graph.consent.strictness import stricter, widens
from graph.merging.consent import Consent, narrower
from graph.reach import ReachFacts, effective_status
from graph.vocabulary import SubscriptionStatus as Status

NOW = 1_000
# As the design writes it down, strictest first.
ORDER = [
    Status.COMPLAINED,
    Status.HARD_BOUNCED,
    Status.UNSUBSCRIBED,
    Status.INVALID,
    Status.SUSPENDED,
    Status.UNCONFIRMED,
    Status.SUBSCRIBED,
]
INSTANTS = st.none() | st.integers(NOW - 3, NOW + 9)


@st.composite
def consents(draw: st.DrawFn) -> Consent:
    status = draw(st.sampled_from(Status))
    until = draw(INSTANTS) if status is Status.SUSPENDED else None
    return Consent(status, until, draw(INSTANTS))


def effective(consent: Consent, at_ms: int) -> Status:
    facts = ReachFacts(Status.SUBSCRIBED, consent.status, consent.suspended_until, consent.expires_at)
    found = effective_status(facts, at_ms)
    assert found is not None
    return found


def test_every_status_is_stricter_than_all_that_come_after_it() -> None:
    for place, status in enumerate(ORDER):
        for other in ORDER[place + 1 :]:
            assert widens(status, other)
            assert stricter(other, status) is stricter(status, other) is status


@given(consents(), consents())
def test_at_no_instant_a_merge_allows_what_one_side_does_not(left: Consent, right: Consent) -> None:
    merged = narrower(left, right, NOW)

    for at_ms in range(NOW, NOW + 12):
        now = effective(merged, at_ms)
        for each in (left, right):
            assert not widens(effective(each, at_ms), now), (at_ms, each, merged)


@given(consents(), consents(), consents())
def test_the_order_of_merges_makes_no_difference_to_what_is_allowed(a: Consent, b: Consent, c: Consent) -> None:
    left = narrower(narrower(a, b, NOW), c, NOW)
    right = narrower(a, narrower(b, c, NOW), NOW)
    turned = narrower(c, narrower(b, a, NOW), NOW)

    for at_ms in range(NOW, NOW + 12):
        assert effective(left, at_ms) is effective(right, at_ms) is effective(turned, at_ms)


@given(consents())
def test_a_consent_that_both_gave_stays_as_it_is(consent: Consent) -> None:
    assert narrower(consent, consent, NOW) == consent


def test_a_suspension_that_ends_uncovers_no_consent_that_nobody_confirmed() -> None:
    unconfirmed, paused = Consent(Status.UNCONFIRMED), Consent(Status.SUSPENDED, NOW + 5)

    merged = narrower(unconfirmed, paused, NOW)

    assert effective(merged, NOW + 4) is Status.SUSPENDED
    assert effective(merged, NOW + 6) is Status.UNCONFIRMED
    assert effective(paused, NOW + 6) is Status.SUBSCRIBED


def test_a_suspension_without_an_end_outlasts_every_other() -> None:
    merged = narrower(Consent(Status.SUSPENDED, NOW + 5), Consent(Status.SUSPENDED), NOW)

    assert merged == Consent(Status.SUSPENDED)
