from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.bulk.buyers import Buyers, find_or_create, seen_by_key
from graph.bulk.origin import Origin
from graph.bulk.purchase import BulkPurchase
from graph.connection import Graph, Transaction
from graph.errors import GraphError
from graph.ids import IdPrefix, new_id
from graph.statements import bulk as statements


@dataclass(frozen=True, slots=True)
class Ingested:
    """What one batch did, by the purchases' external ids. What is in none of the sets was there before."""

    created: frozenset[str] = frozenset()
    completed: frozenset[str] = frozenset()
    ambiguous: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    erased: frozenset[str] = frozenset()
    profiles_created: int = 0
    products_created: int = 0


async def ingest(
    graph: Graph, purchases: Sequence[BulkPurchase], product_names: Mapping[str, str], origin: Origin
) -> Ingested:
    """Writes purchases with their people and products in one transaction, whole or not at all.

    A purchase that is there already is left alone with everybody and everything in it, so the same batch a second
    time writes nothing, and a run that was killed is completed by running it again. One that lacks lines, because they
    were refused before they were mended, gets them, unless somebody changed it since. A buyer's identifier that points
    to several people is ambiguous, one that stands for nobody blocked, and whoever was erased after they bought is
    erased: nothing of that purchase is written. Triggers are muted by nature: what is written here is history, and
    starts nothing.
    """
    keys = [origin.key(purchase.external_id) for purchase in purchases]
    known: dict[str, int | None] = dict(await graph.read(statements.KNOWN_PURCHASES, keys=keys))
    wanted = sorted((each for each in purchases if _lacks(each, known, origin)), key=lambda each: each.external_id)
    if not wanted:
        return Ingested()

    async def staged(transaction: Transaction) -> Ingested:
        return await _staged(transaction, wanted, product_names, origin)

    return await graph.write(staged, statements.BULK_TIMEOUT_MS)


def _lacks(purchase: BulkPurchase, known: Mapping[str, int | None], origin: Origin) -> bool:
    key = origin.key(purchase.external_id)
    lines = known.get(key)
    return key not in known or (lines is not None and lines < len(purchase.lines))


async def _staged(
    transaction: Transaction, wanted: Sequence[BulkPurchase], product_names: Mapping[str, str], origin: Origin
) -> Ingested:
    buyers = await find_or_create(transaction, wanted, origin)
    clear = [each for each in wanted if buyers.is_clear(each)]
    products = await _merge_products(transaction, clear, product_names, origin)
    newest = await _newest(transaction, buyers)
    created = await _create_purchases(transaction, clear, buyers, origin)
    present = [purchase for purchase in clear if purchase.external_id not in created]
    completed = await _complete(transaction, present, buyers, origin)
    written = [purchase for purchase in clear if purchase.external_id in created | completed]
    await _see(transaction, written, buyers, newest, origin)
    return Ingested(
        created=created,
        completed=completed,
        ambiguous=frozenset(each.external_id for each in wanted if each.buyer.key in buyers.ambiguous),
        blocked=frozenset(each.external_id for each in wanted if each.buyer.key in buyers.blocked),
        erased=frozenset(each.external_id for each in wanted if buyers.is_forgotten(each)),
        profiles_created=len(buyers.created),
        products_created=products,
    )


async def _complete(
    transaction: Transaction, purchases: Sequence[BulkPurchase], buyers: Buyers, origin: Origin
) -> frozenset[str]:
    if not purchases:
        return frozenset()
    rows = [purchase.row(origin, buyers.profile_ids[purchase.buyer.key]) for purchase in purchases]
    done = frozenset(await transaction.run(statements.COMPLETE_PURCHASES, rows=rows))
    return frozenset(each.external_id for each in purchases if origin.key(each.external_id) in done)


async def _merge_products(
    transaction: Transaction, purchases: Iterable[BulkPurchase], product_names: Mapping[str, str], origin: Origin
) -> int:
    skus = sorted({line.sku for purchase in purchases for line in purchase.lines})
    rows = [
        {"key": origin.key(sku), "id": new_id(IdPrefix.PRODUCT), "sku": sku, "name": product_names.get(sku)}
        for sku in skus
    ]
    created: int = await transaction.run(statements.MERGE_PRODUCTS, rows=rows, now=origin.now_ms, source=origin.source)
    return created


async def _create_purchases(
    transaction: Transaction, purchases: Sequence[BulkPurchase], buyers: Buyers, origin: Origin
) -> frozenset[str]:
    rows = [purchase.row(origin, buyers.profile_ids[purchase.buyer.key]) for purchase in purchases]
    made = dict(
        await transaction.run(statements.CREATE_PURCHASES, rows=rows, source=origin.source, isTest=origin.is_test)
    )
    created = [purchase for purchase in purchases if origin.key(purchase.external_id) in made]
    for purchase in created:
        if made[origin.key(purchase.external_id)] != len(purchase.lines):
            # A line that finds no product would vanish without a word, and the total would lie; nothing is committed.
            raise GraphError("a purchase would have been written without some of its lines")
    return frozenset(purchase.external_id for purchase in created)


async def _newest(transaction: Transaction, buyers: Buyers) -> dict[str, int]:
    """When the people who were there before bought last, in epoch milliseconds."""
    ids = sorted({profile_id for key, profile_id in buyers.profile_ids.items() if key not in buyers.created})
    return dict(await transaction.run(statements.NEWEST_PURCHASES, ids=ids)) if ids else {}


async def _see(
    transaction: Transaction,
    created: Sequence[BulkPurchase],
    buyers: Buyers,
    newest: Mapping[str, int],
    origin: Origin,
) -> None:
    """People who were there before get a newer revision; those made in this transaction are born with these facts."""
    seen = {buyers.profile_ids[key]: s for key, s in seen_by_key(created).items() if key not in buyers.created}
    rows = [
        {
            "id": profile_id,
            "firstSeenMs": sighting.first_ms,
            "lastSeenMs": sighting.last_ms,
            "country": sighting.country,
            "isNewest": sighting.last_ms >= newest.get(profile_id, sighting.last_ms),
        }
        for profile_id, sighting in sorted(seen.items())
    ]
    if rows:
        await transaction.run(statements.SEE_PROFILES, rows=rows, now=origin.now_ms)
