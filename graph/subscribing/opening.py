"""What becomes of a subscription when somebody subscribes again. No I/O: the rules alone."""

from __future__ import annotations

from dataclasses import dataclass

from graph.consent.cause import Cause
from graph.consent.evidence import Evidence
from graph.consent.strictness import CLOSED
from graph.errors import Refusal, UserError
from graph.subscribing.locked import SubscriptionState, not_allowed, require_newer
from graph.vocabulary import ConfirmationMode, SubscriptionStatus, UserErrorCode


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller asks for, and with what proof."""

    to_status: SubscriptionStatus
    resubscribe: bool
    opt_in: Evidence | None
    now_ms: int


def wished_status(
    confirmation: ConfirmationMode, opt_in: Evidence | None, *, requires_double_opt_in: bool
) -> SubscriptionStatus:
    """How a new subscription starts. Raises Refusal REQUIRED where a confirmation is claimed without evidence."""
    if confirmation is ConfirmationMode.ALREADY_CONFIRMED and opt_in is None:
        message = "ALREADY_CONFIRMED needs evidence of how the person confirmed."
        raise Refusal(UserError(UserErrorCode.REQUIRED, message, ("optIn",)))
    waits = confirmation is ConfirmationMode.REQUIRED or (
        confirmation is ConfirmationMode.RESOURCE_DEFAULT and requires_double_opt_in
    )
    return SubscriptionStatus.UNCONFIRMED if waits else SubscriptionStatus.SUBSCRIBED


def opened(state: SubscriptionState, wish: Wish) -> SubscriptionStatus:
    """The status that a subscription which is there gets by this wish; its present one where nothing changes.

    Raises Refusal: STATE_NOT_ALLOWED where nothing opens it, CONSENT_REQUIRED where newer evidence would.
    """
    status = _before_hand_over(state, wish.now_ms) or state.status
    if status is SubscriptionStatus.SUBSCRIBED:
        return status
    if status in CLOSED:
        raise not_allowed(f"This subscription is {status}: subscribe does not open it again.", "address")
    if status is SubscriptionStatus.UNCONFIRMED and wish.to_status is SubscriptionStatus.UNCONFIRMED:
        return status
    # Who never confirmed has not refused either, so nothing has to be taken back.
    if status is not SubscriptionStatus.UNCONFIRMED and not wish.resubscribe:
        message = f"This subscription is {status}: it takes resubscribe and optIn evidence to open it again."
        raise Refusal(UserError(UserErrorCode.CONSENT_REQUIRED, message, ("optIn",)))
    require_newer(wish.opt_in, state.recorded_at_ms, f"This subscription is {status}", "optIn")
    return wish.to_status


def opened_beside(archived: SubscriptionState, wish: Wish) -> SubscriptionStatus:
    """The same for a new subscription at an address where the person archived one: archiving lifts no refusal."""
    if opened(archived, wish) is SubscriptionStatus.SUBSCRIBED:
        return wish.to_status
    return SubscriptionStatus.UNCONFIRMED


def _before_hand_over(state: SubscriptionState, now_ms: int) -> SubscriptionStatus | None:
    """Who logs in again on a device that others used has what they had: handing it over was not their refusal."""
    if state.status is not SubscriptionStatus.SUSPENDED or state.last is None or state.last.cause != Cause.HANDED_OVER:
        return None
    before = state.last.from_status
    return before if before is None else state.as_consented(before, now_ms)


def consent_end(
    state: SubscriptionState, asked_ms: int | None, to_status: SubscriptionStatus, *, has_newer_consent: bool
) -> int | None:
    """When the consent ends from now on. Raises Refusal CONSENT_REQUIRED where it would last longer without a new one.

    A new consent has the end that comes with it; a consent that still has to be confirmed may be asked for any time.
    """
    present_ms = state.consent_expires_at_ms
    if has_newer_consent and to_status is not state.status:
        return asked_ms
    if asked_ms is None or asked_ms == present_ms:
        return present_ms
    is_longer = present_ms is not None and asked_ms > present_ms
    if is_longer and not has_newer_consent and to_status is not SubscriptionStatus.UNCONFIRMED:
        message = "The consent ends before that: it takes newer evidence to make it last longer."
        raise Refusal(UserError(UserErrorCode.CONSENT_REQUIRED, message, ("consentExpiresAt",)))
    return asked_ms
