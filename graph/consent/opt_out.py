"""The standing no of a person to a resource or to a channel, which new addresses do not get round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.connection import Transaction
from graph.consent.ending import Ending
from graph.consent.evidence import Evidence, evidence_row
from graph.consent.said_again import ONE_NO_MS
from graph.errors import Refusal, UserError
from graph.ids import IdPrefix, new_id
from graph.statements import opt_outs as statements
from graph.vocabulary import Channel, UserErrorCode


@dataclass(frozen=True, slots=True)
class StandingOptOut:
    """`key` is the person's and the resource's or channel's, as it is unique in the graph."""

    key: str
    since_ms: int


def key_of_resource(profile_id: str, resource_id: str) -> str:
    return f"{profile_id}:resource:{resource_id}"


def key_of_channel(profile_id: str, channel: Channel) -> str:
    return f"{profile_id}:channel:{channel}"


def objection(standing: Sequence[StandingOptOut], opt_in: Evidence | None) -> UserError | None:
    """Why opt-in evidence does not get past these opt-outs; None where it is newer than all of them."""
    if not standing:
        return None
    if opt_in is None:
        message = "The person opted out here: it takes newer optIn evidence to open it again."
        return UserError(UserErrorCode.CONSENT_REQUIRED, message, ("optIn",))
    if opt_in.at_ms <= max(each.since_ms for each in standing):
        message = "The person opted out here then or later: it takes newer consent to open it again."
        return UserError(UserErrorCode.CONSENT_REQUIRED, message, ("optIn", "at"))
    return None


async def standing_opt_outs(
    transaction: Transaction, profile_id: str, resource_id: str, channel: Channel
) -> tuple[StandingOptOut, ...]:
    """What stands against this resource on this channel; the caller holds the person's lock."""
    keys = [key_of_resource(profile_id, resource_id), key_of_channel(profile_id, channel)]
    rows = await transaction.run(statements.STANDING, keys=keys, resourceId=resource_id, channel=channel)
    return tuple(StandingOptOut(key, since_ms) for key, since_ms in rows)


async def lift_opt_outs(
    transaction: Transaction, profile_id: str, resource_id: str, channel: Channel, opt_in: Evidence | None
) -> bool:
    """Lifts what stands against this resource on this channel, for this pair only; True where anything did.

    The person's other channels there, and their other resources on this channel, stay as they are. The caller holds
    the person's lock and raises the revision. Raises Refusal CONSENT_REQUIRED where the evidence is not newer.
    """
    standing = await standing_opt_outs(transaction, profile_id, resource_id, channel)
    refused = objection(standing, opt_in)
    if refused is not None:
        raise Refusal(refused)
    if standing:
        keys = sorted(each.key for each in standing)
        await transaction.run(statements.LIFT, keys=keys, resourceId=resource_id, channel=channel)
    return bool(standing)


async def opt_out_of_resource(transaction: Transaction, ending: Ending, resource_id: str, now_ms: int) -> bool:
    """True where that is news, as `is_said_again` says; the caller holds the person's lock.

    Who said it, and how, is kept with it: where no subscription ends, no record tells of it. Of two people's that a
    merge makes one, the survivor's keeps what was said to it, also where the other one's time is later.
    """
    key = key_of_resource(ending.profile_id, resource_id)
    return await _opt_out(transaction, ending, key, now_ms, resource_id=resource_id)


async def opt_out_of_channel(transaction: Transaction, ending: Ending, channel: Channel, now_ms: int) -> bool:
    """The same of a channel, at all resources."""
    return await _opt_out(transaction, ending, key_of_channel(ending.profile_id, channel), now_ms, channel=channel)


async def _opt_out(
    transaction: Transaction,
    ending: Ending,
    key: str,
    now_ms: int,
    *,
    resource_id: str | None = None,
    channel: Channel | None = None,
) -> bool:
    is_new: bool = await transaction.run(
        statements.OPT_OUT,
        profileId=ending.profile_id,
        key=key,
        id=new_id(IdPrefix.OPT_OUT, now_ms),
        resourceId=resource_id,
        channel=channel,
        said={"actor": ending.actor, "reason": ending.reason, **evidence_row(ending.evidence)},
        now=now_ms,
        again=now_ms - ONE_NO_MS,
    )
    return is_new
