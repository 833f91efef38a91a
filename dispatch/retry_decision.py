from __future__ import annotations

from dataclasses import dataclass
from typing import Final, assert_never

from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from graph.message_states import Happening, next_state
from graph.outbox import AttemptOutcome
from graph.vocabulary import MessageState, UnknownPolicy

# Doubling from half a minute to four hours, fifteen tries last about a day and a half: long enough for a mail server
# that is repaired the next morning.
MAX_ATTEMPTS: Final = 15
_FIRST_DELAY_MS: Final = 30_000
_LONGEST_DELAY_MS: Final = 4 * 3_600_000


@dataclass(frozen=True, slots=True)
class Try:
    """Which try this was (1 is the first), when, and when the message expires; times are epoch milliseconds."""

    attempt: int
    now_ms: int
    expires_at: int | None = None
    on_unknown: UnknownPolicy = UnknownPolicy.RETRY


@dataclass(frozen=True, slots=True)
class Decision:
    state: MessageState
    outcome: AttemptOutcome
    next_at: int | None = None


def decide(outcome: Outcome, this: Try, jitter: float) -> Decision:
    """What becomes of a message that is being sent. `jitter` is a number in [0, 1) that spreads the retries.

    A lost answer is tried again like a refusal for now, as long as a lost message is worse than a second one; the
    resource says where it is not, and then only a receipt tells what became of it.
    """
    match outcome:
        case Accepted():
            return Decision(_after(Happening.ACCEPTED), AttemptOutcome.ACCEPTED)
        case Refused():
            return Decision(_after(Happening.REFUSED), AttemptOutcome.REFUSED)
        case Deferred() if this.attempt >= MAX_ATTEMPTS:
            return Decision(_after(Happening.GIVEN_UP), AttemptOutcome.DEFERRED)
        case Deferred():
            return Decision(_after(Happening.DEFERRED), AttemptOutcome.DEFERRED, _next_at(this, outcome, jitter))
        case Unknown() if this.attempt >= MAX_ATTEMPTS or this.on_unknown is UnknownPolicy.HOLD:
            return Decision(_after(Happening.ANSWER_LOST), AttemptOutcome.UNKNOWN)
        case Unknown():
            state = _after(Happening.ANSWER_LOST, Happening.DEFERRED)
            return Decision(state, AttemptOutcome.UNKNOWN, _next_at(this, outcome, jitter))
        case _:
            assert_never(outcome)


def delay_ms(attempt: int, jitter: float) -> int:
    """The pause after that try: doubled each time, and between half of it and all of it, so that retries spread."""
    whole = min(_FIRST_DELAY_MS << min(attempt - 1, 30), _LONGEST_DELAY_MS)
    return round(whole * (0.5 + jitter / 2))


def _next_at(this: Try, outcome: Deferred | Unknown, jitter: float) -> int:
    asked = outcome.after_ms if isinstance(outcome, Deferred) else None
    at = this.now_ms + max(delay_ms(this.attempt, jitter), asked or 0)
    # A message that expires before its next try is looked at when it expires, and ends there.
    return at if this.expires_at is None else min(at, max(this.expires_at, this.now_ms))


def _after(*happenings: Happening) -> MessageState:
    return next_state(MessageState.SENDING, *happenings)
