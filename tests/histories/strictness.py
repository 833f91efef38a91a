"""Which of two consents allows less."""

from __future__ import annotations

from graph.vocabulary import SubscriptionStatus as Status
from tests.histories.state import Consent

ORDER = ("COMPLAINED", "HARD_BOUNCED", "UNSUBSCRIBED", "INVALID", "SUSPENDED", "UNCONFIRMED", "SUBSCRIBED")
FINAL = frozenset({Status.COMPLAINED, Status.HARD_BOUNCED, Status.INVALID})
OPEN = frozenset({Status.SUBSCRIBED, Status.UNCONFIRMED, Status.SUSPENDED})


def stricter(left: Status, right: Status) -> Status:
    return left if ORDER.index(left.name) <= ORDER.index(right.name) else right


def is_stricter(left: Status, right: Status) -> bool:
    return left is not right and stricter(left, right) is left


def narrower(left: Consent, right: Consent, now: int) -> Consent:
    """The stricter status, the later end of a pause (none is the latest) and the earlier end of the consent.

    A pause over a consent that one side never confirmed must not end in a consent: that one is over now.
    """
    status = stricter(left.status, right.status)
    pauses = [each.until for each in (left, right) if each.status is status is Status.SUSPENDED]
    known = [each for each in pauses if each is not None]
    until = max(known) if pauses and len(known) == len(pauses) else None
    ends = [each.expires for each in (left, right) if each.expires is not None]
    if status is Status.SUSPENDED and Status.UNCONFIRMED in {left.status, right.status}:
        ends.append(now)
    return Consent(status, until, min(ends) if ends else None)
