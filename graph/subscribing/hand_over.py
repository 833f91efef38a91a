"""A push token belongs to one person at a time: the device shows what is sent to whoever uses it now."""

from __future__ import annotations

from collections.abc import Collection

from graph.connection import Transaction
from graph.consent.handed_over import suspend_handed_over
from graph.consent.strictness import OPEN
from graph.errors import Raced, Refusal
from graph.identifiers import IdentifierValue
from graph.people.resolution import Resolution
from graph.statements import subscription_changes as statements
from graph.vocabulary import IdentifierType


async def token_holders(transaction: Transaction, address: IdentifierValue) -> frozenset[str]:
    """Whose subscriptions may be using this push token: they are locked together with whom it goes to."""
    if address.type is not IdentifierType.PUSH_TOKEN:
        return frozenset()
    return frozenset(await transaction.run(statements.TOKEN_HOLDERS, key=address.key, open=sorted(OPEN)))


async def hand_over(
    transaction: Transaction,
    resolution: Resolution,
    address: IdentifierValue,
    to_profile_id: str,
    holders: Collection[str],
    actor: str,
) -> set[str]:
    """Takes a push token from everybody but this person, and returns who was changed by it.

    What others had on it is SUSPENDED without an end, and the token points to them no more; a refusal of theirs stays.
    The caller holds the locks of all owners and `holders` and of the token, and links it to the person. Other addresses
    are left alone. Twice is as good as once. Raises Raced where somebody came to hold it before the lock, and Refusal
    IDENTIFIER_BLOCKED for a token that stands for nobody.
    """
    if address.type is not IdentifierType.PUSH_TOKEN:
        return set()
    try:
        resolution.refuse_blocked(address)
    except Refusal as refusal:
        raise refusal.at("address") from None
    owners = resolution.people.owners[address.key]
    if not await token_holders(transaction, address) <= {*holders, *owners, to_profile_id}:
        raise Raced("a push token changed hands while it was being locked")
    place = {"identifierId": resolution.identifier_ids[address.key], "profileId": to_profile_id}
    elsewhere = dict(await transaction.run(statements.LOCK_ELSEWHERE, **place))
    suspended = await suspend_handed_over(transaction, elsewhere, actor, resolution.now_ms)
    taken_from = await transaction.run(statements.TAKE_FROM_OTHERS, **place)
    for each in owners - {to_profile_id}:
        resolution.people.take_away(each, address)
    return {*taken_from, *suspended}
