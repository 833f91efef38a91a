from __future__ import annotations

import pytest

from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.retry_decision import MAX_ATTEMPTS, Decision, Try, decide, delay_ms
from graph.outbox import AttemptOutcome
from graph.vocabulary import MessageState

NOW = 1_800_000_000_000
FIRST = Try(1, NOW)
LAST = Try(MAX_ATTEMPTS, NOW)


@pytest.mark.parametrize(
    ("outcome", "this", "decision"),
    [
        (Accepted("250"), FIRST, Decision(MessageState.SENT, AttemptOutcome.ACCEPTED)),
        (Accepted("250"), LAST, Decision(MessageState.SENT, AttemptOutcome.ACCEPTED)),
        (Refused("550"), FIRST, Decision(MessageState.FAILED, AttemptOutcome.REFUSED)),
        (Deferred("451"), FIRST, Decision(MessageState.DEFERRED, AttemptOutcome.DEFERRED, NOW + 15_000)),
        (Deferred("451", 90_000), FIRST, Decision(MessageState.DEFERRED, AttemptOutcome.DEFERRED, NOW + 90_000)),
        (Deferred("451", 1), FIRST, Decision(MessageState.DEFERRED, AttemptOutcome.DEFERRED, NOW + 15_000)),
        (Deferred("451"), LAST, Decision(MessageState.FAILED, AttemptOutcome.DEFERRED)),
        (Unknown("lost"), FIRST, Decision(MessageState.DEFERRED, AttemptOutcome.UNKNOWN, NOW + 15_000)),
        (Unknown("lost"), LAST, Decision(MessageState.UNKNOWN, AttemptOutcome.UNKNOWN)),
    ],
)
def test_what_becomes_of_a_message(outcome: Outcome, this: Try, decision: Decision) -> None:
    assert decide(outcome, this, 0.0) == decision


def test_pauses_double_up_to_four_hours() -> None:
    assert [delay_ms(attempt, 1.0) // 1000 for attempt in (1, 2, 3, 9, 10, 11, 1_000)] == [
        30,
        60,
        120,
        7_680,
        14_400,
        14_400,
        14_400,
    ]


def test_jitter_spreads_a_pause_over_its_second_half() -> None:
    assert [delay_ms(3, jitter) for jitter in (0.0, 0.5, 0.999_999)] == [60_000, 90_000, 120_000]


def test_a_message_that_expires_first_is_looked_at_when_it_expires() -> None:
    assert decide(Deferred("451"), Try(5, NOW, NOW + 1_000), 0.0).next_at == NOW + 1_000
    assert decide(Deferred("451"), Try(5, NOW, NOW - 1_000), 0.0).next_at == NOW
    assert decide(Deferred("451"), Try(1, NOW, NOW + 3_600_000), 0.0).next_at == NOW + 15_000
