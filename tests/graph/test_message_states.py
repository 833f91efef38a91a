from __future__ import annotations

from itertools import permutations

import pytest

from graph.message_states import PENDING_STATES, TRANSITIONS, Happening, next_state, states_before
from graph.vocabulary import MessageState as S

H = Happening
PROOFS = (S.SENT, S.DELIVERED, S.BOUNCED, S.OPENED, S.CLICKED)
RECEIPTS = (H.ACCEPTED, H.DELIVERED, H.COMPLAINED, H.BOUNCED, H.OPENED, H.CLICKED)


@pytest.mark.parametrize(
    ("before", "happening", "after"),
    [
        (S.QUEUED, H.CLAIMED, S.SENDING),
        (S.DEFERRED, H.CLAIMED, S.SENDING),
        (S.QUEUED, H.CANCELLED, S.CANCELLED),
        (S.DEFERRED, H.CANCELLED, S.CANCELLED),
        (S.SENDING, H.RELEASED, S.QUEUED),
        (S.SENDING, H.LEASE_RAN_OUT, S.QUEUED),
        (S.SENDING, H.REFUSED_BY_GATE, S.SKIPPED),
        (S.SENDING, H.EXPIRED, S.EXPIRED),
        (S.SENDING, H.ACCEPTED, S.SENT),
        (S.SENDING, H.DEFERRED, S.DEFERRED),
        (S.SENDING, H.REFUSED, S.FAILED),
        (S.SENDING, H.GIVEN_UP, S.FAILED),
        (S.SENDING, H.ANSWER_LOST, S.UNKNOWN),
        (S.FAILED, H.RETRIED, S.QUEUED),
        (S.UNKNOWN, H.RETRIED, S.QUEUED),
        (S.UNKNOWN, H.DEFERRED, S.DEFERRED),
        (S.SENT, H.DELIVERED, S.DELIVERED),
        (S.DELIVERED, H.BOUNCED, S.BOUNCED),
        (S.BOUNCED, H.DELIVERED, S.BOUNCED),
        (S.BOUNCED, H.OPENED, S.OPENED),
        (S.OPENED, H.BOUNCED, S.OPENED),
        (S.CLICKED, H.OPENED, S.CLICKED),
        (S.DELIVERED, H.ACCEPTED, S.DELIVERED),
        (S.SENT, H.COMPLAINED, S.DELIVERED),
        (S.SENDING, H.DELIVERED, S.DELIVERED),
        (S.UNKNOWN, H.DELIVERED, S.DELIVERED),
        (S.FAILED, H.OPENED, S.OPENED),
    ],
)
def test_a_row_of_the_table(before: S, happening: Happening, after: S) -> None:
    assert next_state(before, happening) is after


def test_the_table_has_these_rows_and_no_others() -> None:
    work = [row for row in TRANSITIONS if row[1] not in RECEIPTS]

    assert len(work) == 15
    assert len(TRANSITIONS) == 15 + len(S) * len(RECEIPTS)


@pytest.mark.parametrize("state", [S.SENT, S.DELIVERED, S.FAILED, S.SKIPPED, S.CANCELLED, S.EXPIRED, S.UNKNOWN])
def test_a_message_that_ended_cannot_be_claimed(state: S) -> None:
    with pytest.raises(ValueError, match=f"CLAIMED cannot happen to a message that is {state}"):
        next_state(state, H.CLAIMED)


def test_only_waiting_messages_can_be_claimed() -> None:
    assert states_before(H.CLAIMED) == (S.QUEUED, S.DEFERRED)


def test_only_what_failed_or_whose_answer_was_lost_is_sent_again_when_somebody_says_so() -> None:
    assert states_before(H.RETRIED) == (S.FAILED, S.UNKNOWN)


def test_receipts_end_in_one_state_whatever_their_order_and_number() -> None:
    for start in S:
        ends = {next_state(start, *order, *order) for order in permutations(RECEIPTS)}
        assert ends == {S.CLICKED}, start


def test_what_still_waits_for_a_try_is_pending_and_a_receipt_ends_that() -> None:
    assert {S.QUEUED, S.SENDING, S.DEFERRED} == PENDING_STATES
    assert not {next_state(state, H.DELIVERED) for state in S} & PENDING_STATES
