"""Of two consents to one address and resource the narrower one: a merge never lets anybody be written to more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from graph.consent.strictness import stricter
from graph.vocabulary import SubscriptionStatus as Status

# What a person or a provider said, and what outlives an archived subscription.
REFUSALS: Final = frozenset({Status.INVALID, Status.UNSUBSCRIBED, Status.HARD_BOUNCED, Status.COMPLAINED})


@dataclass(frozen=True, slots=True)
class Consent:
    """What a subscription allows, and until when. Times are epoch milliseconds.

    A suspension without an end lasts until somebody ends it.
    """

    status: Status
    suspended_until: int | None = None
    expires_at: int | None = None


def narrower(left: Consent, right: Consent, now_ms: int) -> Consent:
    """The stricter status, the later end of a suspension, the earlier end of the consent.

    At no later instant it allows what one of the two does not. A suspension ends by itself and would then uncover a
    consent that the other side has not confirmed: such a consent counts as one that has ended.
    """
    both = (left, right)
    status = stricter(left.status, right.status)
    ends = [each.expires_at for each in both if each.expires_at is not None]
    if status is Status.SUSPENDED and any(each.status is Status.UNCONFIRMED for each in both):
        ends.append(now_ms)
    until = _latest(each.suspended_until for each in both if each.status is status is Status.SUSPENDED)
    return Consent(status, until, min(ends, default=None))


def _latest(ends: Iterable[int | None]) -> int | None:
    """None, a suspension without an end, is the latest of all."""
    known = list(ends)
    return None if not known or None in known else max(each for each in known if each is not None)
