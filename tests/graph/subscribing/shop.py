"""A shop that people subscribe to, and what stands in the graph afterwards."""

from __future__ import annotations

from typing import Any

from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.identifiers import IdentifierValue, identifier
from graph.people.reference import ProfileReference
from graph.statement import Statement
from graph.subscribing.address import AddressKind, routed
from graph.subscribing.resource import CreateResource, NewCategory, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import Channel, IdentifierType

NOW = 1_790_000_000_000
HOUR = 3_600_000
DAY = 24 * HOUR
SHOP = ResourceReference(key="shop")
TOKEN = "t" * 40


def email(mailbox: str) -> IdentifierValue:
    return identifier(IdentifierType.EMAIL, "", f"{mailbox}@example.com")


def card(number: str) -> IdentifierValue:
    """Of one person and no other."""
    return identifier(IdentifierType.EXTERNAL, "shop", number)


def token(value: str = TOKEN) -> IdentifierValue:
    return routed(AddressKind.MOBILE_PUSH, value, "example.shop")[1]


ANN = ProfileReference(identifier=card("ann"))
BOB = ProfileReference(identifier=card("bob"))
LATER = Evidence(NOW + 1)

SUBSCRIPTIONS = Statement(
    "subscriptions",
    """
    MATCH (p:Profile {id: $id})-[:HAS_SUBSCRIPTION]->(s)-[:AT]->(i)
    WITH s, i ORDER BY s.channel, s.priority, s.id
    RETURN collect([i.value, s.status, s.priority])
    """,
)
LEDGER = Statement(
    "ledger",
    """
    MATCH (c:ConsentRecord {subjectId: $id})
    WITH c ORDER BY c.seq
    RETURN collect([c.fromStatus, c.toStatus, c.cause])
    """,
)
# Subscriptions whose status is not that of their last record, and records that do not start where the one before ended.
BREAKS = Statement(
    "breaks",
    """
    MATCH (s:Subscription)
    WITH s, COLLECT {
        MATCH (s)<-[:ABOUT]-(c:ConsentRecord) WHERE c.subjectId = s.id RETURN c ORDER BY c.seq
    } AS records
    WHERE s.status <> last(records).toStatus OR records[0].fromStatus IS NOT NULL
        OR any(n IN range(1, size(records) - 1) WHERE records[n].fromStatus <> records[n - 1].toStatus)
        OR any(n IN range(0, size(records) - 1) WHERE records[n].seq <> n + 1)
    RETURN collect(s.id)
    """,
)
PROPERTIES = Statement(
    "properties",
    """
    MATCH (s:Subscription {id: $id})
    RETURN s {.*, createdAt: s.createdAt.epochMillis, updatedAt: s.updatedAt.epochMillis,
        optInAt: s.optInAt.epochMillis, suspendedUntil: s.suspendedUntil.epochMillis,
        consentExpiresAt: s.consentExpiresAt.epochMillis, archivedAt: s.archivedAt.epochMillis}
    """,
)
COUNTS = Statement(
    "counts",
    "RETURN [COUNT { (:Profile) }, COUNT { (:Subscription) }, COUNT { (:ConsentRecord) }, COUNT { (:Identifier) }]",
)
PERSON = Statement("person", "MATCH (p:Profile {id: $id}) RETURN [p.status, p.kind, p.revision]")
OWNERS = Statement(
    "owners",
    "MATCH (:Identifier {key: $key})-[:IDENTIFIES]->(p) WITH p ORDER BY p.id RETURN collect(p.id)",
)
SET_PROFILE_STATUS = Statement("bar", "MATCH (p:Profile {id: $id}) SET p.status = $status RETURN p.id")


async def open_shop(graph: Graph, key: str = "shop", **more: Any) -> str:
    """A resource on all channels with the categories `news` and `tips`."""
    categories = (NewCategory("news", "News"), NewCategory("tips", "Tips", joined_by_default=False))
    command = CreateResource(key, "The shop", tuple(Channel), "shop@example.com", categories=categories, **more)
    return str((await create_resource(graph, command, None, NOW)).result["resourceId"])


async def join(
    graph: Graph,
    address: IdentifierValue,
    profile: ProfileReference = ANN,
    *,
    channel: Channel | None = None,
    now_ms: int = NOW,
    **more: Any,
) -> dict[str, Any]:
    """What subscribing came to. The channel follows from the address."""
    channels = {
        IdentifierType.EMAIL: Channel.EMAIL,
        IdentifierType.PHONE: Channel.SMS,
        IdentifierType.PUSH_TOKEN: Channel.MOBILE_PUSH,
    }
    given = {"resource": SHOP, "actor": "test", **more}
    command = Subscribe(profile=profile, address=address, channel=channel or channels[address.type], **given)
    return (await subscribe(graph, command, None, now_ms)).result


async def ledger(graph: Graph, subject_id: str) -> list[list[str | None]]:
    """From, to and cause of each record, the oldest first."""
    found: list[list[str | None]] = await graph.read(LEDGER, id=subject_id)
    return found


async def subscriptions(graph: Graph, profile_id: str) -> list[list[Any]]:
    """Address, status and place of each, by channel and place."""
    found: list[list[Any]] = await graph.read(SUBSCRIPTIONS, id=profile_id)
    return found
