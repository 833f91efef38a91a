from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.bulk.origin import Origin
from graph.bulk.owners import claim, lock_owners
from graph.bulk.purchase import BulkPurchase
from graph.bulk.sighting import Sighting, sightings
from graph.connection import Transaction
from graph.erasing.forgotten import Forgotten, forgotten
from graph.identifiers import IdentifierValue
from graph.identifying.blocking import blocked_keys
from graph.ids import IdPrefix, new_id
from graph.statements import bulk as statements
from graph.statements import people
from graph.vocabulary import IdentifierType, ProfileKind, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class Buyers:
    """Who bought, by the key of the identifier. `created` are those whom this transaction made.

    Keys that point to several people are `ambiguous`, those of values that stand for nobody `blocked`. What was bought
    before its buyer was erased is nobody's: `forgotten` says so, and nobody is made for that alone.
    """

    profile_ids: Mapping[str, str]
    ambiguous: frozenset[str]
    blocked: frozenset[str]
    created: frozenset[str]
    forgotten: Forgotten

    def is_forgotten(self, purchase: BulkPurchase) -> bool:
        return self.forgotten.covers(purchase.buyer, purchase.placed_ms)

    def is_clear(self, purchase: BulkPurchase) -> bool:
        """Whether it is known who bought this, and it may be kept."""
        return purchase.buyer.key not in self.ambiguous | self.blocked and not self.is_forgotten(purchase)


async def find_or_create(transaction: Transaction, purchases: Collection[BulkPurchase], origin: Origin) -> Buyers:
    given = {purchase.buyer.key: purchase.buyer for purchase in purchases}
    blocked = await blocked_keys(transaction, given.values())
    identifiers = {key: buyer for key, buyer in given.items() if key not in blocked}
    await lock_owners(transaction, identifiers)
    owners = await claim(transaction, identifiers.values(), origin.now_ms)
    profile_ids = {key: owner.profile_ids[0] for key, owner in owners.items() if owner.profile_ids}
    gone = await forgotten(transaction, origin.erased_key, identifiers.values())
    # Nobody is made of what is forgotten, and nobody gets any of it.
    seen = seen_by_key(each for each in purchases if not gone.covers(each.buyer, each.placed_ms))
    unowned = sorted(key for key in owners if key not in profile_ids and key in seen)
    profile_ids.update((key, new_id(IdPrefix.PROFILE)) for key in unowned)
    if unneeded := sorted(key for key in owners if key not in profile_ids):
        await transaction.run(people.FORGET_UNUSED_IDENTIFIERS, keys=unneeded)
    await _create(transaction, [_row(identifiers[key], profile_ids[key], seen[key]) for key in unowned], origin)
    return Buyers(
        profile_ids=profile_ids,
        ambiguous=frozenset(key for key, owner in owners.items() if owner.is_ambiguous),
        blocked=blocked,
        created=frozenset(unowned),
        forgotten=gone,
    )


def seen_by_key(purchases: Iterable[BulkPurchase]) -> dict[str, Sighting]:
    in_time = sorted(purchases, key=lambda purchase: (purchase.placed_ms, purchase.external_id))
    return sightings((each.buyer.key, each.placed_ms, each.country) for each in in_time)


def _row(identifier: IdentifierValue, profile_id: str, seen: Sighting) -> Mapping[str, object]:
    return {
        "key": identifier.key,
        "id": profile_id,
        "isIdentified": identifier.type is IdentifierType.EXTERNAL,
        "country": seen.country,
        "firstSeenMs": seen.first_ms,
        "lastSeenMs": seen.last_ms,
    }


async def _create(transaction: Transaction, rows: Sequence[Mapping[str, object]], origin: Origin) -> None:
    if rows:
        await transaction.run(
            statements.CREATE_PROFILES,
            rows=rows,
            now=origin.now_ms,
            source=origin.source,
            isTest=origin.is_test,
            status=SubscriptionStatus.SUBSCRIBED.value,
            kind=ProfileKind.ANONYMOUS.value,
        )
