"""What stands against opening anything for a person, above the subscription itself."""

from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Transaction
from graph.consent.cause import Cause
from graph.consent.evidence import Evidence
from graph.consent.ledger import LedgerEntry, Subject
from graph.consent.opt_out import lift_opt_outs
from graph.consent.profile_status import write_profile_statuses
from graph.consent.strictness import CLOSED
from graph.errors import Refusal, UserError
from graph.statements import subscription_changes as statements
from graph.subscribing.asked import Opening
from graph.subscribing.locked import require_newer
from graph.subscribing.opening import Wish
from graph.subscribing.placing import Row
from graph.vocabulary import SubscriptionStatus, UserErrorCode


@dataclass(frozen=True, slots=True)
class Standing:
    """What a subscribe finds. `found` is the subscription at the address, `archived` the newest one that was archived.

    `recorded_at_ms` is when the person's own status was recorded, None where it never was.
    """

    found: str | None = None
    profile_status: SubscriptionStatus = SubscriptionStatus.SUBSCRIBED
    recorded_at_ms: int | None = None
    archived: str | None = None


async def standing_before(transaction: Transaction, opening: Opening) -> Standing:
    """The caller holds the person's lock."""
    return Standing() if opening.person.is_new else await standing_at(transaction, opening.row, opening.identifier_id)


async def standing_at(transaction: Transaction, row: Row, identifier_id: str) -> Standing:
    """What the person has or had at this address of a row; the caller holds the person's lock."""
    found, status, recorded_at_ms, archived = await transaction.run(
        statements.STANDING,
        key=row.key(identifier_id),
        profileId=row.profile_id,
        resourceId=row.resource_id,
        channel=row.channel,
        identifierId=identifier_id,
    )
    return Standing(found, SubscriptionStatus(status), recorded_at_ms, archived)


async def pass_bars(transaction: Transaction, opening: Opening, standing: Standing, *, opens: bool) -> bool:
    """Asked once all locks are held, and before anything is opened. True where something of the person was lifted.

    Where it `opens` what is not open yet, a standing opt-out is lifted for this resource and channel. Raises Refusal
    PROFILE_BARRED, or CONSENT_REQUIRED where the evidence does not suffice.
    """
    status, wish, profile_id = standing.profile_status, opening.wish, opening.person.profile_id
    lifted = opens and await lift_opt_outs(
        transaction, profile_id, opening.row.resource_id, opening.command.channel, wish.opt_in
    )
    if status is SubscriptionStatus.SUBSCRIBED:
        return lifted
    refuse_barred(standing, wish, lift=opening.command.lift_profile_status)
    entry = _lifted(profile_id, status, opening.command.actor, wish.opt_in)
    await write_profile_statuses(transaction, [entry], wish.now_ms)
    return True


def refuse_barred(standing: Standing, wish: Wish, *, lift: bool) -> None:
    """Raises Refusal unless this person's bar may be lifted: only by a confirmed consent that is newer than it."""
    status = standing.profile_status
    if not lift or status in CLOSED:
        how = "nothing lifts that here" if status in CLOSED else "liftProfileStatus and newer evidence lift that"
        message = f"The person as a whole is {status}: {how}."
        raise Refusal(UserError(UserErrorCode.PROFILE_BARRED, message, ("profile",)))
    if wish.to_status is not SubscriptionStatus.SUBSCRIBED:
        message = "A consent that waits for its confirmation does not lift the person's own status."
        raise Refusal(UserError(UserErrorCode.CONSENT_REQUIRED, message, ("confirmation",)))
    require_newer(wish.opt_in, standing.recorded_at_ms, f"The person as a whole is {status}", "optIn")


def _lifted(profile_id: str, before: SubscriptionStatus, actor: str, evidence: Evidence | None) -> LedgerEntry:
    after = SubscriptionStatus.SUBSCRIBED
    return LedgerEntry(
        Subject.profile(profile_id), profile_id, before, after, Cause.SUBSCRIBE, actor, evidence=evidence
    )
