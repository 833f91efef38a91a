from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.circuit_breaker import FAULTS, FIRST_REST_S, LONGEST_REST_S, CircuitBreaker


def broken(now: float = 0.0) -> CircuitBreaker:
    breaker = CircuitBreaker()
    said = [breaker.failed(now, now) for _ in range(FAULTS)]
    assert said == [False, False, True]
    return breaker


def test_only_faults_in_a_row_count() -> None:
    breaker = CircuitBreaker()
    for _ in range(10):
        assert [breaker.failed(0.0, 0.0), breaker.failed(0.0, 0.0), breaker.worked(0.0)] == [False, False, False]
    assert (breaker.is_closed, breaker.wait_s(0.0)) == (True, 0.0)


def test_one_message_at_a_time_tries_a_broken_one_and_later_each_time() -> None:
    breaker, now, waits = broken(), 0.0, list[float]()
    for _ in range(8):
        waits.append(breaker.wait_s(now))
        now += waits[-1]
        assert breaker.wait_s(now) == 0.0
        breaker.asked(now)
        breaker.failed(now, now)
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


def test_faults_that_come_late_do_not_make_the_rest_longer() -> None:
    breaker = broken(100.0)
    assert [breaker.failed(100.5, 100.0) for _ in range(97)] == [False] * 97
    assert breaker.wait_s(100.5) == pytest.approx(FIRST_REST_S - 0.5)


def test_what_was_asked_before_it_last_answered_does_not_speak_against_it() -> None:
    breaker = CircuitBreaker()
    breaker.worked(10.0)
    assert [breaker.failed(15.0, 9.9) for _ in range(100)] == [False] * 100
    assert breaker.is_closed
    assert [breaker.failed(15.0, 10.0) for _ in range(FAULTS)] == [False, False, True]


def test_what_it_takes_ends_the_rest_and_the_next_one_is_short_again() -> None:
    breaker = broken()
    for now in (1.0, 3.0, 7.0):
        breaker.asked(now)
    assert (breaker.worked(7.0), breaker.worked(7.0)) == (True, False)
    assert (breaker.is_closed, breaker.wait_s(7.0)) == (True, 0.0)
    for _ in range(FAULTS):
        breaker.failed(8.0, 8.0)
    assert breaker.wait_s(8.0) == FIRST_REST_S


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=60))
def test_a_provider_that_never_answers_meets_few_messages_however_often_one_could_leave(
    steps: list[tuple[int, bool]],
) -> None:
    breaker, now, last = broken(), 0.0, 0.0
    rest_s = FIRST_REST_S
    for passed, fails in steps:
        now += passed
        if breaker.wait_s(now) == 0.0:
            assert now - last >= rest_s
            breaker.asked(now)
            last, rest_s = now, min(rest_s * 2, LONGEST_REST_S)
        elif fails:
            breaker.failed(now, now)
        assert breaker.wait_s(now) <= LONGEST_REST_S
