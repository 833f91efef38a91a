from __future__ import annotations

import pytest

from graph.consent.cause import Cause
from graph.consent.evidence import Evidence
from graph.errors import Refusal
from graph.subscribing.bars import Standing, refuse_barred
from graph.subscribing.opening import Wish, consent_end, opened, opened_beside, wished_status
from graph.vocabulary import ConfirmationMode
from graph.vocabulary import SubscriptionStatus as Status
from graph.vocabulary import UserErrorCode as Code
from tests.graph.subscribing.states import DAY, HOUR, NOW, recorded, state

OLDER, NEWER = Evidence(NOW - HOUR), Evidence(NOW - HOUR + 1)
CLOSED = (Status.COMPLAINED, Status.HARD_BOUNCED, Status.INVALID)


def wish(to_status: Status = Status.SUBSCRIBED, opt_in: Evidence | None = None, *, resubscribe: bool = False) -> Wish:
    return Wish(to_status, resubscribe, opt_in, NOW)


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> list[tuple[Code, tuple[str, ...] | None]]:
    return [(each.code, each.field) for each in refused.value.user_errors]


@pytest.mark.parametrize(
    ("confirmation", "required", "status"),
    [
        (ConfirmationMode.RESOURCE_DEFAULT, False, Status.SUBSCRIBED),
        (ConfirmationMode.RESOURCE_DEFAULT, True, Status.UNCONFIRMED),
        (ConfirmationMode.REQUIRED, False, Status.UNCONFIRMED),
        (ConfirmationMode.REQUIRED, True, Status.UNCONFIRMED),
        (ConfirmationMode.ALREADY_CONFIRMED, False, Status.SUBSCRIBED),
        (ConfirmationMode.ALREADY_CONFIRMED, True, Status.SUBSCRIBED),
    ],
)
def test_a_subscription_waits_where_the_caller_or_the_resource_says_so(
    confirmation: ConfirmationMode, status: Status, *, required: bool
) -> None:
    assert wished_status(confirmation, NEWER, requires_double_opt_in=required) is status


def test_who_has_confirmed_already_proves_it() -> None:
    with pytest.raises(Refusal) as refused:
        wished_status(ConfirmationMode.ALREADY_CONFIRMED, None, requires_double_opt_in=True)
    assert code_of(refused) == [(Code.REQUIRED, ("optIn",))]


@pytest.mark.parametrize("to_status", [Status.SUBSCRIBED, Status.UNCONFIRMED])
def test_asking_again_never_takes_a_consent_back(to_status: Status) -> None:
    assert opened(state(), wish(to_status)) is Status.SUBSCRIBED


@pytest.mark.parametrize("status", CLOSED)
@pytest.mark.parametrize("to_status", [Status.SUBSCRIBED, Status.UNCONFIRMED])
def test_nothing_opens_what_a_complaint_or_a_dead_address_closed(status: Status, to_status: Status) -> None:
    with pytest.raises(Refusal) as refused:
        opened(state(status), wish(to_status, NEWER, resubscribe=True))
    assert code_of(refused) == [(Code.STATE_NOT_ALLOWED, ("address",))]


@pytest.mark.parametrize("status", [Status.UNSUBSCRIBED, Status.SUSPENDED])
@pytest.mark.parametrize("to_status", [Status.SUBSCRIBED, Status.UNCONFIRMED])
@pytest.mark.parametrize(
    ("given", "field"),
    [
        (wish(), ("optIn",)),
        (wish(opt_in=NEWER), ("optIn",)),
        (wish(resubscribe=True), ("optIn",)),
        (wish(opt_in=OLDER, resubscribe=True), ("optIn", "at")),
    ],
)
def test_who_left_comes_back_only_by_asking_for_it_with_newer_evidence(
    status: Status, to_status: Status, given: Wish, field: tuple[str, ...]
) -> None:
    with pytest.raises(Refusal) as refused:
        opened(state(status), Wish(to_status, given.resubscribe, given.opt_in, NOW))
    assert code_of(refused) == [(Code.CONSENT_REQUIRED, field)]
    assert opened(state(status), wish(to_status, NEWER, resubscribe=True)) is to_status


def test_who_never_confirmed_needs_evidence_but_has_nothing_to_take_back() -> None:
    waiting = state(Status.UNCONFIRMED)
    assert opened(waiting, wish(Status.UNCONFIRMED)) is Status.UNCONFIRMED
    assert opened(waiting, wish(Status.SUBSCRIBED, NEWER)) is Status.SUBSCRIBED
    for given, field in ((wish(), ("optIn",)), (wish(opt_in=OLDER), ("optIn", "at"))):
        with pytest.raises(Refusal) as refused:
            opened(waiting, given)
        assert code_of(refused) == [(Code.CONSENT_REQUIRED, field)]


@pytest.mark.parametrize("before", [Status.SUBSCRIBED, Status.UNCONFIRMED])
def test_who_logs_in_again_on_a_device_has_what_they_had(before: Status) -> None:
    handed_over = state(Status.SUSPENDED, last=recorded(Cause.HANDED_OVER, before))
    assert opened(handed_over, wish(Status.UNCONFIRMED)) is before


def test_handing_over_does_not_end_a_pause_and_does_not_lengthen_a_consent() -> None:
    paused = state(Status.SUSPENDED, last=recorded(Cause.HANDED_OVER, Status.SUSPENDED))
    with pytest.raises(Refusal) as refused:
        opened(paused, wish())
    assert code_of(refused) == [(Code.CONSENT_REQUIRED, ("optIn",))]
    ran_out = state(
        Status.SUSPENDED, last=recorded(Cause.HANDED_OVER, Status.SUBSCRIBED), consent_expires_at_ms=NOW - 1
    )
    assert opened(ran_out, wish(Status.UNCONFIRMED)) is Status.UNCONFIRMED


def test_a_new_one_beside_an_archived_one_takes_what_opening_that_would() -> None:
    assert opened_beside(state(), wish(Status.UNCONFIRMED)) is Status.UNCONFIRMED
    assert opened_beside(state(), wish(Status.SUBSCRIBED)) is Status.SUBSCRIBED
    assert opened_beside(state(Status.UNCONFIRMED), wish(Status.UNCONFIRMED)) is Status.UNCONFIRMED
    assert opened_beside(state(Status.UNSUBSCRIBED), wish(opt_in=NEWER, resubscribe=True)) is Status.SUBSCRIBED
    for status in (*CLOSED, Status.UNSUBSCRIBED, Status.SUSPENDED, Status.UNCONFIRMED):
        with pytest.raises(Refusal):
            opened_beside(state(status), wish())


@pytest.mark.parametrize(
    ("present", "asked", "to_status", "newer", "end"),
    [
        (None, None, Status.SUBSCRIBED, False, None),
        (None, NOW + DAY, Status.SUBSCRIBED, False, NOW + DAY),
        (NOW + DAY, None, Status.SUBSCRIBED, True, NOW + DAY),
        (NOW + DAY, NOW + HOUR, Status.SUBSCRIBED, False, NOW + HOUR),
        (NOW + DAY, NOW + DAY, Status.SUBSCRIBED, False, NOW + DAY),
        (NOW + DAY, NOW + 2 * DAY, Status.SUBSCRIBED, True, NOW + 2 * DAY),
    ],
)
def test_a_consent_may_end_earlier_and_with_a_new_one_later(
    present: int | None, asked: int | None, to_status: Status, end: int | None, *, newer: bool
) -> None:
    found = consent_end(state(consent_expires_at_ms=present), asked, to_status, has_newer_consent=newer)
    assert found == end


def test_a_consent_never_lasts_longer_by_asking_alone() -> None:
    with pytest.raises(Refusal) as refused:
        consent_end(state(consent_expires_at_ms=NOW + 1), NOW + 2, Status.SUBSCRIBED, has_newer_consent=False)
    assert code_of(refused) == [(Code.CONSENT_REQUIRED, ("consentExpiresAt",))]


def test_a_new_consent_has_the_end_that_comes_with_it() -> None:
    left = state(Status.UNSUBSCRIBED, consent_expires_at_ms=NOW - DAY)
    assert consent_end(left, None, Status.SUBSCRIBED, has_newer_consent=True) is None
    waiting = state(Status.UNCONFIRMED, consent_expires_at_ms=NOW - DAY)
    assert consent_end(waiting, NOW + DAY, Status.UNCONFIRMED, has_newer_consent=False) == NOW + DAY


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.SUBSCRIBED])
def test_a_person_who_is_barred_as_a_whole_stays_so_unless_it_is_asked_for(status: Status) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_barred(Standing(None, status, NOW - HOUR), wish(opt_in=NEWER), lift=False)
    assert code_of(refused) == [(Code.PROFILE_BARRED, ("profile",))]


@pytest.mark.parametrize("status", CLOSED)
def test_a_complaint_about_everything_is_never_lifted(status: Status) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_barred(Standing(None, status, None), wish(opt_in=NEWER), lift=True)
    assert code_of(refused) == [(Code.PROFILE_BARRED, ("profile",))]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (wish(Status.UNCONFIRMED, NEWER), ("confirmation",)),
        (wish(), ("optIn",)),
        (wish(opt_in=OLDER), ("optIn", "at")),
    ],
)
def test_only_a_confirmed_and_newer_consent_lifts_a_persons_own_status(given: Wish, field: tuple[str, ...]) -> None:
    standing = Standing(None, Status.UNSUBSCRIBED, NOW - HOUR)
    with pytest.raises(Refusal) as refused:
        refuse_barred(standing, given, lift=True)
    assert code_of(refused) == [(Code.CONSENT_REQUIRED, field)]
    refuse_barred(standing, wish(opt_in=NEWER), lift=True)
