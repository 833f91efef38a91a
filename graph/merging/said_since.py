from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graph.consent.cause import Cause
from graph.consent.strictness import WRITTEN_OVER, stricter
from graph.merging.sides import Act
from graph.vocabulary import SubscriptionStatus

_STATUS_OF_ACT: Final[Mapping[Cause, SubscriptionStatus]] = {
    Cause.UNSUBSCRIBE: SubscriptionStatus.UNSUBSCRIBED,
    Cause.HARD_BOUNCE: SubscriptionStatus.HARD_BOUNCED,
    Cause.COMPLAINT: SubscriptionStatus.COMPLAINED,
    Cause.HANDED_OVER: SubscriptionStatus.SUSPENDED,
}


def left_of(
    own: SubscriptionStatus, present: SubscriptionStatus, merged: SubscriptionStatus, act: Act | None
) -> SubscriptionStatus:
    """What the newest act since leaves of the other side's own status.

    One that wrote over nothing, as more was refused already, is known by its cause, and writes over as much as ever.
    """
    said = present if act is None or present is not merged else _STATUS_OF_ACT.get(act.cause, present)
    if said is present:
        return stricter(own, present)
    return said if own in WRITTEN_OVER[said] else own
