from __future__ import annotations

import pytest

from graph.consent.cause import Cause
from graph.consent.running_out import RanOut, Standing, effective_status, ran_out
from graph.vocabulary import SubscriptionStatus as Status

NOW = 1_790_000_000_000


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("due", [None, NOW + 1])
def test_nothing_ends_before_its_time(status: Status, due: int | None) -> None:
    assert ran_out(Standing(status, due, due), NOW) == ()
    assert effective_status(Standing(status, due, due), NOW) is status


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.SUBSCRIBED, Status.SUSPENDED}))
def test_time_ends_only_what_was_paused_or_agreed_to(status: Status) -> None:
    assert ran_out(Standing(status, NOW - 9, NOW - 9), NOW) == ()


def test_a_pause_is_over_in_the_instant_that_was_named() -> None:
    assert ran_out(Standing(Status.SUSPENDED, NOW), NOW) == (
        RanOut(Status.SUSPENDED, Status.SUBSCRIBED, Cause.SUSPENSION_ENDED, NOW),
    )


def test_a_consent_that_ran_out_in_a_pause_ends_when_the_pause_does() -> None:
    assert ran_out(Standing(Status.SUSPENDED, NOW - 5, NOW - 8), NOW) == (
        RanOut(Status.SUSPENDED, Status.SUBSCRIBED, Cause.SUSPENSION_ENDED, NOW - 5),
        RanOut(Status.SUBSCRIBED, Status.UNCONFIRMED, Cause.CONSENT_EXPIRED, NOW - 5),
    )
    assert effective_status(Standing(Status.SUSPENDED, NOW - 5, NOW - 8), NOW) is Status.UNCONFIRMED


def test_times_in_the_ledger_never_go_back() -> None:
    assert ran_out(Standing(Status.SUBSCRIBED, None, NOW - 8, recorded_at_ms=NOW - 3), NOW) == (
        RanOut(Status.SUBSCRIBED, Status.UNCONFIRMED, Cause.CONSENT_EXPIRED, NOW - 3),
    )
