"""States of a subscription for tests of what is decided about them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graph.consent.cause import Cause
from graph.subscribing.locked import Recorded, SubscriptionState
from graph.vocabulary import Channel, IdentifierType
from graph.vocabulary import SubscriptionStatus as Status

NOW = 1_790_000_000_000
HOUR = 3_600_000
DAY = 24 * HOUR

_SUBSCRIBED = SubscriptionState(
    id="sub_1",
    profile_id="prf_1",
    resource_id="res_1",
    channel=Channel.EMAIL,
    identifier_id="idn_1",
    identifier_type=IdentifierType.EMAIL,
    status=Status.SUBSCRIBED,
    priority=0,
    is_listed=True,
    is_archived=False,
    owns_address=True,
    suspended_until_ms=None,
    consent_expires_at_ms=None,
    opt_in_at_ms=None,
    details={},
    opted_out_at_ms=None,
    last=None,
    before_pause=None,
)


def recorded(cause: Cause = Cause.SUBSCRIBE, before: Status | None = None, at_ms: int = NOW - HOUR) -> Recorded:
    return Recorded("con_1", at_ms, before, cause)


def state(status: Status = Status.SUBSCRIBED, **changes: Any) -> SubscriptionState:
    """One whose status was recorded an hour ago."""
    return replace(_SUBSCRIBED, **{"status": status, "last": recorded(), **changes})
