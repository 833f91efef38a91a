"""What is decided about a subscription that is there, without a graph."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.consent.cause import Cause
from graph.consent.evidence import Evidence
from graph.consent.strictness import stricter, widens
from graph.errors import Refusal
from graph.subscribing.archive import restored
from graph.subscribing.confirm import Asked, refused
from graph.subscribing.confirmations import Confirmation
from graph.subscribing.moving import Moved, moved
from graph.subscribing.set_status import refuse_status
from graph.subscribing.suspend import resumed
from graph.vocabulary import IdentifierType
from graph.vocabulary import SubscriptionStatus as Status
from graph.vocabulary import UserErrorCode as Code
from tests.graph.subscribing.states import DAY, HOUR, NOW, recorded, state

OLDER, NEWER = Evidence(NOW - HOUR), Evidence(NOW - HOUR + 1)
CLOSED = (Status.COMPLAINED, Status.HARD_BOUNCED, Status.INVALID)
TOKEN = Confirmation("sub_1", "con_1", NOW + DAY)
ASKED = Asked("sub_1", None, None, None)


def test_of_two_statuses_the_stricter_allows_less() -> None:
    ordered = [
        Status.COMPLAINED,
        Status.HARD_BOUNCED,
        Status.UNSUBSCRIBED,
        Status.INVALID,
        Status.SUSPENDED,
        Status.UNCONFIRMED,
        Status.SUBSCRIBED,
    ]
    assert set(ordered) == set(Status)
    for position, one in enumerate(ordered):
        assert not widens(one, one)
        for other in ordered[position + 1 :]:
            assert stricter(one, other) is stricter(other, one) is one
            assert widens(one, other)
            assert not widens(other, one)


def test_a_token_opens_what_waits_for_it() -> None:
    assert refused(state(Status.UNCONFIRMED), TOKEN, ASKED, NOW) is None


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.UNCONFIRMED])
def test_a_token_opens_nothing_that_does_not_wait(status: Status) -> None:
    error = refused(state(status), TOKEN, ASKED, NOW)
    assert error is not None
    assert error.code is Code.TOKEN_INVALID


def test_a_token_of_an_earlier_wait_is_invalid_and_an_old_one_expired() -> None:
    waiting = state(Status.UNCONFIRMED)
    late = Confirmation("sub_1", "con_1", NOW)
    for token, next_act, code in (
        (TOKEN, Cause.UNSUBSCRIBE, Code.TOKEN_INVALID),
        (late, Cause.SUBSCRIBE, Code.TOKEN_INVALID),
        (late, None, Code.TOKEN_EXPIRED),
    ):
        error = refused(waiting, token, replace(ASKED, next_act=next_act), NOW)
        assert error is not None
        assert error.code is code


def test_a_consent_that_ended_before_it_was_confirmed_is_none_and_one_that_ran_out_is_given_anew() -> None:
    ended = state(Status.UNCONFIRMED, consent_expires_at_ms=NOW)
    error = refused(ended, TOKEN, replace(ASKED, ends_at_ms=NOW), NOW)
    assert error is not None
    assert error.code is Code.TOKEN_EXPIRED
    ran_out = state(Status.UNCONFIRMED, consent_expires_at_ms=NOW, last=recorded(Cause.CONSENT_EXPIRED))
    assert refused(ran_out, TOKEN, replace(ASKED, ends_at_ms=NOW), NOW) is None


@pytest.mark.parametrize("before", [Status.SUBSCRIBED, Status.UNCONFIRMED])
def test_a_pause_gives_way_to_what_was_before(before: Status) -> None:
    assert resumed(state(Status.SUSPENDED, before_pause=before), NOW) is before


def test_a_pause_does_not_give_way_to_a_consent_that_ran_out() -> None:
    paused = state(Status.SUSPENDED, before_pause=Status.SUBSCRIBED, consent_expires_at_ms=NOW)
    assert resumed(paused, NOW) is Status.UNCONFIRMED


@pytest.mark.parametrize(
    "paused",
    [
        *(state(each) for each in Status if each is not Status.SUSPENDED),
        *(state(Status.SUSPENDED, before_pause=each) for each in (None, Status.UNSUBSCRIBED, *CLOSED)),
        state(
            Status.SUSPENDED,
            before_pause=Status.SUBSCRIBED,
            identifier_type=IdentifierType.PUSH_TOKEN,
            owns_address=False,
        ),
    ],
)
def test_nothing_else_is_resumed(paused: object) -> None:
    assert isinstance(paused, type(state()))
    with pytest.raises(Refusal) as refusal:
        resumed(paused, NOW)
    assert [each.code for each in refusal.value.user_errors] == [Code.STATE_NOT_ALLOWED]


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("after", Status)
def test_a_status_that_allows_more_takes_evidence_and_a_closed_one_takes_it_for_anything(
    before: Status, after: Status
) -> None:
    if before is after:
        return
    refuse_status(state(before), after, NEWER)
    if widens(before, after) or before in CLOSED:
        for evidence, field in ((None, ("evidence",)), (OLDER, ("evidence", "at"))):
            with pytest.raises(Refusal) as refusal:
                refuse_status(state(before), after, evidence)
            assert [(each.code, each.field) for each in refusal.value.user_errors] == [(Code.CONSENT_REQUIRED, field)]
    else:
        refuse_status(state(before), after, None)


def test_a_status_does_not_get_round_an_opt_out_or_onto_a_strangers_device() -> None:
    opted_out = state(Status.UNSUBSCRIBED, opted_out_at_ms=NOW)
    with pytest.raises(Refusal) as refusal:
        refuse_status(opted_out, Status.SUBSCRIBED, Evidence(NOW))
    assert [each.code for each in refusal.value.user_errors] == [Code.CONSENT_REQUIRED]
    refuse_status(opted_out, Status.SUBSCRIBED, Evidence(NOW + 1))
    elsewhere = state(Status.SUSPENDED, identifier_type=IdentifierType.PUSH_TOKEN, owns_address=False)
    with pytest.raises(Refusal) as refusal:
        refuse_status(elsewhere, Status.SUBSCRIBED, Evidence(NOW + 1))
    assert [each.code for each in refusal.value.user_errors] == [Code.STATE_NOT_ALLOWED]


@pytest.mark.parametrize("status", Status)
def test_an_archived_one_comes_back_as_it_was_or_with_less(status: Status) -> None:
    archived = state(status, is_listed=False, is_archived=True)
    assert restored(archived, NOW) is status
    opted_out = state(status, is_listed=False, is_archived=True, opted_out_at_ms=NOW)
    assert restored(opted_out, NOW) is stricter(status, Status.UNSUBSCRIBED)
    elsewhere = state(status, is_archived=True, identifier_type=IdentifierType.PUSH_TOKEN, owns_address=False)
    assert restored(elsewhere, NOW) is stricter(status, Status.SUSPENDED)
    assert restored(state(status, is_archived=True, owns_address=False), NOW) is status


def test_what_ran_out_in_the_archive_comes_back_so() -> None:
    assert restored(state(Status.SUSPENDED, suspended_until_ms=NOW), NOW) is Status.SUBSCRIBED
    assert restored(state(consent_expires_at_ms=NOW), NOW) is Status.UNCONFIRMED


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("kind", IdentifierType)
@pytest.mark.parametrize("needed", [False, True])
def test_another_address_has_to_be_confirmed_where_the_first_had_to_and_a_new_token_has_not(
    status: Status, kind: IdentifierType, *, needed: bool
) -> None:
    narrows = needed and kind is not IdentifierType.PUSH_TOKEN
    found = moved(state(status, identifier_type=kind), NOW, needs_confirmation=needed)
    # What a pause covers is narrowed as well: when it ends, the consent has ended too.
    assert found == Moved(
        Status.UNCONFIRMED if narrows and status is Status.SUBSCRIBED else status,
        NOW if narrows and status is Status.SUSPENDED else None,
    )
