from __future__ import annotations

from dispatch.outcome import Accepted
from graph.connection import Graph
from graph.message_states import Happening
from graph.receipts.apply import apply_receipts
from graph.receipts.receipt import Receipt, ReceiptSource, Told
from graph.statement import Statement
from graph.vocabulary import Channel
from tests.dispatch.outbox_seed import queue, seed
from tests.dispatch.test_sending import NOW, StubNudger, StubSender, sending

_WAY = Statement(
    "way",
    """
    MATCH (m:Message {id: $id})
    RETURN {state: m.state, address: head(COLLECT { MATCH (i:Identifier {id: m.addressId}) RETURN i.value }),
        subscriptions: COLLECT { MATCH (m)-[:TO]->(s) RETURN s.channel },
        tries: COLLECT { MATCH (m)<-[:OF]-(a:Attempt) RETURN [a.provider, a.outcome] ORDER BY a.id },
        receipts: COLLECT { MATCH (m)<-[:OF]-(r:Receipt) RETURN [r.eventType, r.applied] ORDER BY r.at }}
    """,
)
_MOVE = Statement(
    "move",
    """
    MATCH (:Message {id: $id})-[:TO]->(s)-[at:AT]->()
    DELETE at
    CREATE (s)-[:AT]->(:Identifier {id: 'idn_new', key: 'EMAIL::new@example.org', type: 'EMAIL',
        value: 'new@example.org'})
    RETURN s.id
    """,
)


async def test_feature_11_a_message_goes_through_one_subscription_and_keeps_where_it_went(graph: Graph) -> None:
    one, other = seed(NOW, 1), seed(NOW, 2)
    await queue(graph, one, other)
    worker = sending(graph, StubSender(lambda _: Accepted("250 Ok", "4F2A")), StubNudger())
    queued = await graph.read(_WAY, id=one.message_id)

    await worker.send([one.message_id])
    await graph.change(_MOVE, id=one.message_id)
    source = ReceiptSource(Channel.EMAIL, "stub")
    for at_ms, kind, happening in ((NOW + 1, "delivered", Happening.DELIVERED), (NOW + 2, "bounce", Happening.BOUNCED)):
        await apply_receipts(graph, [Told(source, Receipt(kind, kind, happening, at_ms, provider_id="4F2A"))], NOW + 3)

    assert (queued["state"], queued["tries"], queued["receipts"]) == ("QUEUED", [], [])
    assert await graph.read(_WAY, id=one.message_id) == {
        "state": "BOUNCED",
        "address": one.address,
        "subscriptions": ["EMAIL"],
        "tries": [["stub", "ACCEPTED"]],
        "receipts": [["delivered", True], ["bounce", True]],
    }
    assert (await graph.read(_WAY, id=other.message_id))["state"] == "QUEUED"
