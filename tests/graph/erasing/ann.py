"""Somebody with everything that the product keeps of people, and how to look for what is left of her."""

from __future__ import annotations

from typing import Any

from graph.connection import Graph
from graph.erasing.erase import EraseProfile, erase_profile
from graph.history.events import NewEvent
from graph.history.product import ProductKey
from graph.history.purchases import NewPurchase, PurchaseLine
from graph.idempotency import Done, Guard
from graph.identifiers import identifier
from graph.people.reference import ProfileReference
from graph.people.upsert import UpsertProfile, upsert_profile
from graph.statement import Statement
from graph.vocabulary import IdentifierType, PurchaseKind, PurchaseLineStatus, PurchaseStatus

NOW = 1_790_000_000_000
KEY = b"a key of the test's own"
ANN = identifier(IdentifierType.EMAIL, "", "ann.archer@example.com")
HOME = identifier(IdentifierType.PHONE, "", "+442079460001")
CARD = identifier(IdentifierType.EXTERNAL, "shop", "card-of-ann")
BOB = identifier(IdentifierType.EMAIL, "", "bob@example.com")
# Without a value of his own he would be taken for Ann, whose phone he has.
BOBS_CARD = identifier(IdentifierType.EXTERNAL, "shop", "card-of-bob")
# What stands in the graph of Ann alone, wherever it was put.
SECRETS = ("Archeress", "ann.archer", "card-of-ann", "purple", "192.0.2.77", "Dear A.", "order-of-ann", "shop.example")

EVERYTHING = Statement(
    "everything",
    """
    MATCH (n) WHERE NOT n:SchemaVersion AND NOT n:MigrationLock
    WITH [key IN keys(n) | toString(n[key] IS NOT NULL) + key + ' ' + CASE
        WHEN n[key] IS :: LIST<STRING NOT NULL> THEN reduce(text = '', each IN n[key] | text + ' ' + each)
        ELSE toString(n[key]) END] AS values
    RETURN collect(values)
    """,
)
EDGES = Statement(
    "edges",
    "MATCH ()-[r]->() WITH [key IN keys(r) | toString(r[key])] AS values RETURN collect(values)",
)
COUNTS = Statement(
    "counts",
    """
    RETURN {profiles: COUNT { (:Profile) }, tombstones: COUNT { (:ErasedProfile) },
        identifiers: COUNT { (:Identifier) }, subscriptions: COUNT { (:Subscription) },
        records: COUNT { (:ConsentRecord) },
        redacted: COUNT { (:ErasedConsentRecord)-[:ABOUT]->(:ErasedProfile) }, events: COUNT { (:Event) },
        messages: COUNT { (:Message) }, pending: COUNT { (:Pending) }, attempts: COUNT { (:Attempt) },
        outreaches: COUNT { (:Outreach) }, purchases: COUNT { (:Purchase) }, sold: COUNT { (:ErasedPurchase) },
        merges: COUNT { (:Merge) }, hashes: COUNT { (:ErasedAddress) }}
    """,
)
SOLD = Statement(
    "sold",
    """
    MATCH (u:ErasedPurchase)-[line:CONTAINS]->(x:Product)
    RETURN [u.currency, u.totalMicros, u.placedAt.epochMillis, line.quantity, line.totalMicros, x.sku, line.productId,
        EXISTS { (u)-[:BY]->() }]
    """,
)
MERGE = Statement(
    "merge_by_hand",
    """
    MATCH (p:Profile {id: $into}), (q:Profile {id: $from})
    SET p.memberIds = [p.id, q.id], q.mergedInto = p.id
    CREATE (q)-[:MERGED_INTO]->(p), (p)<-[:INTO]-(:Merge {id: 'mrg_1', undo: 'Archeress'})-[:FROM]->(q)
    RETURN p.id
    """,
)


async def person(graph: Graph, *identifiers: Any, **fields: Any) -> str:
    done = await upsert_profile(graph, UpsertProfile(identifiers, fields), None, NOW)
    profile_id: str = done.result["profileId"]
    return profile_id


async def erased(graph: Graph, profile: str, guard: Guard | None = None) -> Done:
    return await erase_profile(graph, EraseProfile(ProfileReference(id=profile), KEY), guard, NOW + 1)


def event(external_id: str, *identifiers: Any, **properties: str) -> NewEvent:
    return NewEvent(0, "site", external_id, identifiers, "page.viewed", NOW, None, properties)


def purchase(external_id: str, *identifiers: Any) -> NewPurchase:
    line = PurchaseLine(ProductKey("shop", "mug"), "Mug", 2, 3_000_000, PurchaseLineStatus.NEW)
    return NewPurchase(
        index=0,
        source="shop",
        external_id=external_id,
        identifiers=identifiers,
        kind=PurchaseKind.SALE,
        status=PurchaseStatus.PAID,
        placed_at_ms=NOW,
        changed_at_ms=NOW,
        currency="GBP",
        total_micros=6_000_000,
        delivery_micros=0,
        discount_micros=0,
        lines=(line,),
    )
