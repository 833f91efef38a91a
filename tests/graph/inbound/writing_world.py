"""People who get text messages from a shop and a club, and what stands in the graph when they have written back."""

from __future__ import annotations

from typing import Any

from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.idempotency import Done
from graph.identifiers import IdentifierValue, identifier
from graph.inbound.departure import Departure
from graph.inbound.inbound import Inbound
from graph.inbound.take import take_departure, take_inbound
from graph.people.reference import ProfileReference
from graph.receipts.receipt import ReceiptSource
from graph.statement import Statement
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import Channel, IdentifierType
from tests.graph.subscribing.shop import NOW, card

MINUTE = 60_000
SMS = ReceiptSource(Channel.SMS, "main")
ERASED_KEY = b"e" * 32
RESOURCES = {"shop": ("стоп", "停止"), "club": ()}

STANDING = Statement(
    "standing",
    """
    MATCH (p:Profile)-[:HAS_SUBSCRIPTION]->(s)-[:AT]->(i {key: $key}), (s)-[:OF]->(r)
    WITH p.firstName AS name, r.key AS resource, s.channel AS channel, s.status AS status
    ORDER BY name, resource, channel
    RETURN collect([name, resource, channel, status])
    """,
)
EVENTS = Statement(
    "events",
    """
    MATCH (e:Event)-[:BY]->(p)
    WITH e, p ORDER BY e.occurredAt, e.externalId
    RETURN collect(e {.type, .sourceKey, .profileId, .properties, .isTest, at: e.occurredAt.epochMillis,
        name: p.firstName, message: head(COLLECT { MATCH (e)-[:CAUSED_BY]->(m) RETURN m.id })})
    """,
)
# Sent to the subscription of this person at this resource, under the provider's id.
SEND = Statement(
    "send",
    """
    MATCH (p:Profile {firstName: $name})-[:HAS_SUBSCRIPTION]->(s {channel: $channel})-[:OF]->(r {key: $resource})
    MATCH (s)-[:AT]->(i {key: $key})
    CREATE (m:Message {id: $id, profileId: p.id, state: 'SENT', channel: $channel, addressId: i.id, isTest: $isTest,
        createdAt: datetime({epochMillis: $at}), sentAt: datetime({epochMillis: $at})})-[:TO]->(s)
    CREATE (:Attempt {id: 'att_' + $id, providerKey: $providerKey})-[:OF]->(m)
    RETURN m.id
    """,
)
MARKED = Statement("marked", "MATCH (m:Message {id: $id}) RETURN m.unsubscribedAt.epochMillis")
COUNTS = Statement("counts", "RETURN [COUNT { (:Profile) }, COUNT { (:Identifier) }, COUNT { (:Event) }]")


def phone(number: int = 0) -> IdentifierValue:
    return identifier(IdentifierType.PHONE, "", f"+4420794{number:05d}")


async def open_resources(graph: Graph) -> None:
    for key, words in RESOURCES.items():
        command = CreateResource(key, key.title(), tuple(Channel), "a@b.example", stop_words=words)
        await create_resource(graph, command, None, NOW)


async def person(graph: Graph, name: str) -> ProfileReference:
    made = await graph.change(
        Statement(
            "person",
            """
            CREATE (p:Profile {id: 'prf_' + $name, firstName: $name, status: 'SUBSCRIBED', revision: 0, isTest: false,
                kind: 'ANONYMOUS', isIdentified: true, createdAt: datetime({epochMillis: $now}),
                firstSeenAt: datetime({epochMillis: $now})})
            CREATE (:Identifier {id: 'idn_' + $name, key: $key, type: 'EXTERNAL', namespace: 'shop', value: $name,
                masked: '***'})-[:IDENTIFIES {since: datetime({epochMillis: $now}), source: 'test'}]->(p)
            RETURN p.id
            """,
        ),
        name=name,
        key=card(name).key,
        now=NOW,
    )
    return ProfileReference(id=made)


async def join(
    graph: Graph,
    who: ProfileReference,
    resource: str,
    address: IdentifierValue,
    *,
    channel: Channel = Channel.SMS,
    at_ms: int = NOW,
    **more: Any,
) -> str:
    yes = {"resubscribe": True, "opt_in": Evidence(at_ms)} if at_ms != NOW else {}
    command = Subscribe(who, ResourceReference(key=resource), channel, address, "key_1", **{**yes, **more})
    return str((await subscribe(graph, command, None, at_ms)).result["subscriptionId"])


async def say(graph: Graph, address: IdentifierValue, text: str, at_ms: int, **more: Any) -> Done:
    """Told by the provider at the moment when it is written, unless `told_ms` says later."""
    told_ms, source = more.pop("told_ms", at_ms), more.pop("source", SMS)
    event_id = more.pop("event_id", f"SM{at_ms}")
    inbound = Inbound(event_id, at_ms, address.type, address.value, text, address.namespace, **more)
    return await take_inbound(graph, source, inbound, told_ms, ERASED_KEY)


async def depart(graph: Graph, address: IdentifierValue, at_ms: int, **more: Any) -> Done:
    source, event_id = more.pop("source", SMS), more.pop("event_id", f"left-{at_ms}")
    departure = Departure(event_id, at_ms, address.type, address.value, address.namespace, **more)
    return await take_departure(graph, source, departure, at_ms, ERASED_KEY)


async def send(graph: Graph, name: str, resource: str, address: IdentifierValue, id_: str, **more: Any) -> str:
    given = {"channel": "SMS", "at": NOW, "isTest": False, **more}
    provider_key = SMS.key(f"provider-{id_}")
    made = await graph.change(
        SEND, name=name, resource=resource, key=address.key, id=id_, providerKey=provider_key, **given
    )
    assert made == id_
    return id_
