from __future__ import annotations

from typing import Final

from graph.consent.cause import NO_ACTS
from graph.vocabulary import SubscriptionStatus

# Two clicks, or a mail scanner's and the person's, are one no.
ONE_NO_MS: Final = 60_000


def is_said_again(last_cause: str | None, recorded_at_ms: int | None, now_ms: int) -> bool:
    """Whether a no to what is closed already is recorded once more.

    A merge or a clock that closed it was nobody's word, and a consent from between an earlier no and this one must not
    get past this one.
    """
    if recorded_at_ms is None:
        return False
    return last_cause in NO_ACTS or now_ms - recorded_at_ms >= ONE_NO_MS


def is_nobodys_word(status: SubscriptionStatus, last_cause: str | None) -> bool:
    """Whether a status that bars something came of a merge, a split or a clock: then to say the same is news."""
    return status is not SubscriptionStatus.SUBSCRIBED and last_cause in NO_ACTS
