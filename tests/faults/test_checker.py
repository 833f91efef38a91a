"""The checker sees each promise that does not hold, so that a run in which it says nothing means something."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.faults.books import Books, Crash
from tests.faults.checker import WINDOW_S, Row, compared
from tests.faults.provider_log import Entry, Mood

_AT = 1_000.0
_SENT: Row = {"id": "m", "state": "SENT", "attempts": ["ACCEPTED"]}


def books(*entries: Entry, crashes: tuple[Crash, ...] = (), policy: str = "RETRY") -> Books:
    return Books(policy, {"send-1": "m"}, {"m": "ann"}, {}, frozenset(), entries, crashes)


def taken(at: float, mood: Mood = Mood.WELL) -> Entry:
    return Entry("m", at, mood)


ONCE = books(taken(_AT))


def test_a_message_that_was_asked_for_and_handed_over_once_breaks_nothing() -> None:
    found = compared([_SENT], ONCE)

    assert found.broken == ()
    assert (found.asked, found.messages, found.received, found.states) == (1, 1, 1, {"SENT": 1})
    assert (found.lost, found.late, found.doubled, found.most) == (0, 0, 0, 0)


def test_a_message_that_is_not_there_is_lost() -> None:
    found = compared([], ONCE)

    assert (found.broken, found.lost) == (("m was acknowledged and is not there",), 1)


def test_a_message_of_somebody_who_was_erased_may_be_gone() -> None:
    assert compared([], replace(ONCE, erased=frozenset({"ann"}))).broken == ()


@pytest.mark.parametrize("state", ["QUEUED", "SENDING", "DEFERRED"])
def test_a_message_that_never_comes_to_an_end_is_lost(state: str) -> None:
    found = compared([{"id": "m", "state": state, "attempts": []}], ONCE)

    assert (found.broken, found.lost) == ((f"m is still {state}",), 1)


def test_a_second_message_of_one_mutation_is_seen() -> None:
    found = compared([_SENT, {"id": "other", "state": "SKIPPED", "attempts": []}], ONCE)

    assert (found.broken, found.lost) == (("other is there and nobody asked for it",), 0)


def test_a_message_that_is_handed_over_again_for_no_reason_is_seen() -> None:
    found = compared([_SENT], books(taken(_AT), taken(_AT + 5)))

    assert found.broken == ("m was handed over again 1 times with no answer lost and no crash",)
    assert (found.doubled, found.most) == (1, 1)


@pytest.mark.parametrize("mood", [Mood.SILENT, Mood.SLOW])
def test_a_lost_answer_explains_one_time_more(mood: Mood) -> None:
    assert compared([_SENT], books(taken(_AT, mood), taken(_AT + 5))).broken == ()
    twice = compared([_SENT], books(taken(_AT, mood), taken(_AT + 5), taken(_AT + 9)))
    assert twice.broken == ("m was handed over again 1 times with no answer lost and no crash",)
    assert (twice.doubled, twice.most, twice.lost_answers) == (2, 2, 1)


def test_who_was_turned_away_may_come_again() -> None:
    found = compared([_SENT], books(taken(_AT, Mood.BUSY), taken(_AT + 5, Mood.BUSY), taken(_AT + 9), policy="HOLD"))

    assert found.broken == ()
    assert (found.doubled, found.turned_away, found.lost_answers) == (0, 2, 0)


@pytest.mark.parametrize(
    ("began", "ended", "unexplained"),
    [
        (_AT + 1, _AT + 2, 0),
        (_AT - 3, _AT - 0.5, 0),
        (_AT - 3, _AT - 1.5, 1),
        (_AT + 5.5, _AT + 6, 1),
    ],
)
def test_only_a_crash_while_a_message_is_out_explains_that_it_is_handed_over_again(
    began: float, ended: float, unexplained: int
) -> None:
    found = compared([_SENT], books(taken(_AT), taken(_AT + 5), crashes=(Crash("worker", began, ended),)))

    assert len(found.broken) == unexplained


def test_one_crash_explains_one_repeat_and_no_second_one() -> None:
    entries = (taken(_AT), taken(_AT + 5), taken(_AT + 10))
    one, two = Crash("worker", _AT + 4, _AT + 6), Crash("neo4j", _AT + 7, _AT + 8)

    assert compared([_SENT], books(*entries, crashes=(one, two))).broken == ()
    found = compared([_SENT], books(*entries, crashes=(one,)))
    assert found.broken == ("m was handed over again 1 times with no answer lost and no crash",)


@pytest.mark.parametrize("mood", [Mood.SILENT, Mood.SLOW, Mood.WELL])
def test_what_is_held_is_not_handed_over_again_whatever_crashed(mood: Mood) -> None:
    crash = Crash("worker", _AT, _AT + 1)

    found = compared([_SENT], books(taken(_AT, mood), taken(_AT + 5), crashes=(crash,), policy="HOLD"))

    assert found.broken == ("m was handed over again though its resource holds what is unknown",)


def test_a_try_after_one_that_was_accepted_is_seen() -> None:
    row: Row = {"id": "m", "state": "UNKNOWN", "attempts": ["UNKNOWN", "ACCEPTED", "UNKNOWN"]}

    assert compared([row], ONCE).broken == ("m was tried again after it had been accepted",)


def test_what_is_sent_and_was_received_by_nobody_is_seen() -> None:
    assert compared([_SENT], books(taken(_AT, Mood.BUSY))).broken == ("m is SENT and nobody got it",)


def test_what_was_received_and_is_skipped_as_if_it_never_left_is_seen() -> None:
    row: Row = {"id": "m", "state": "SKIPPED", "attempts": []}

    assert compared([row], ONCE).broken == ("m was received and is SKIPPED as if it had never left",)


@pytest.mark.parametrize(("after_s", "late"), [(-1.0, 0), (WINDOW_S, 0), (WINDOW_S + 0.1, 1)])
def test_what_leaves_later_than_a_lease_after_an_opt_out_is_seen(after_s: float, late: int) -> None:
    found = compared([_SENT], replace(books(taken(_AT + after_s)), left={"ann": _AT}))

    assert (found.late, found.opt_outs, len(found.broken)) == (late, 1, late)
