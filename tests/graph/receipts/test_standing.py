from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.message_states import Happening
from graph.receipts.receipt import Receipt
from graph.receipts.soft_bounces import after_delivery, after_failure, is_dead
from graph.receipts.standing import MessageStanding
from graph.vocabulary import MessageState

TOLD = (
    None,
    Happening.ACCEPTED,
    Happening.DELIVERED,
    Happening.OPENED,
    Happening.CLICKED,
    Happening.COMPLAINED,
    Happening.BOUNCED,
)
DAY_MS = 86_400_000
receipts = st.builds(
    Receipt,
    event_id=st.just("e"),
    kind=st.just("k"),
    happening=st.sampled_from(TOLD),
    at_ms=st.integers(0, 5),
    reason=st.sampled_from([None, "a", "b"]),
)


def receipt(happening: Happening | None, at_ms: int = 7, reason: str | None = None) -> Receipt:
    return Receipt("e", "k", happening, at_ms, reason=reason)


def after(*told: Receipt, state: MessageState = MessageState.SENT) -> MessageStanding:
    return reduce(MessageStanding.after, told, MessageStanding(state))


@given(st.sampled_from(MessageState), st.lists(receipts, max_size=50), st.randoms(use_true_random=False))
def test_the_order_of_receipts_changes_nothing(state: MessageState, told: list[Receipt], dice: object) -> None:
    shuffled = list(told)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # it is a Random

    assert after(*told, state=state) == after(*shuffled, state=state)


def test_feature_12_a_click_implies_an_open_and_each_counts_by_itself() -> None:
    click, view = receipt(Happening.CLICKED), receipt(Happening.OPENED)
    counts = [
        (standing.open_count, standing.clicks, standing.state)
        for standing in (after(click), after(click, click), after(click, view), after(view, click), after(view, view))
    ]

    assert counts == [
        (1, 1, MessageState.CLICKED),
        (1, 2, MessageState.CLICKED),
        (1, 1, MessageState.CLICKED),
        (1, 1, MessageState.CLICKED),
        (2, 0, MessageState.OPENED),
    ]
    assert (after(click).opened_at, after(click).first_clicked_at) == (7, 7)


def test_the_first_time_of_each_stands() -> None:
    found = after(*(receipt(each, at) for at in (9, 3, 5) for each in TOLD))

    assert (found.sent_at, found.delivered_at, found.opened_at, found.first_clicked_at) == (3, 3, 3, 3)
    assert (found.complained_at, found.bounced_at) == (3, 3)


@pytest.mark.parametrize("state", MessageState)
def test_an_unknown_kind_changes_nothing(state: MessageState) -> None:
    assert after(receipt(None), state=state) == MessageStanding(state)


@pytest.mark.parametrize("state", [MessageState.UNKNOWN, MessageState.QUEUED, MessageState.FAILED])
def test_a_provider_that_says_it_was_sent_proves_it(state: MessageState) -> None:
    assert after(receipt(Happening.ACCEPTED), state=state).state is MessageState.SENT


def test_of_bounces_the_first_is_the_reason() -> None:
    late, soon = receipt(Happening.BOUNCED, 9, "late"), receipt(Happening.BOUNCED, 3, "soon")

    assert after(late, soon).bounce_reason == after(soon, late).bounce_reason == "soon"


def test_the_sixth_failure_within_a_month_is_one_too_many() -> None:
    times: tuple[int, ...] = ()
    for day in range(5):
        times = after_failure(times, day * DAY_MS)
    assert not is_dead(times)
    assert is_dead(after_failure(times, 5 * DAY_MS))
    # The first ones were forgotten by then.
    assert not is_dead(after_failure(times, 40 * DAY_MS))


def test_a_delivery_forgets_the_failures_before_it() -> None:
    assert after_delivery((1, 2, 3, 4), 3) == (4,)


@given(st.lists(st.integers(0, 60), max_size=20), st.randoms(use_true_random=False))
def test_failures_count_whatever_their_order(days: list[int], dice: object) -> None:
    shuffled = list(days)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # it is a Random

    def counted(given: list[int]) -> tuple[int, ...]:
        return reduce(lambda times, day: after_failure(times, day * DAY_MS), given, ())

    assert counted(days) == counted(shuffled)
    assert len(counted(days)) <= 6
