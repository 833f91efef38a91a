from __future__ import annotations

import asyncio

import pytest

from graph.connection import Graph
from graph.errors import Refusal
from graph.idempotency import Done, Guard
from graph.identifiers import identifier
from graph.people.reference import ProfileReference
from graph.sending.content import Content, EmailContent
from graph.sending.send import SendMessage, send_message
from graph.statement import Statement
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.subscribing.unsubscribe import OneSubscription, Unsubscribe, unsubscribe
from graph.vocabulary import Channel, IdentifierType, MessagePurpose, UserErrorCode

NOW = 1_790_000_000_000
ANN = identifier(IdentifierType.EMAIL, "", "ann@example.com")
MESSAGES = Statement(
    "messages",
    """
    MATCH (m:Message:Pending)-[:TO]->(s:Subscription)
    MATCH (m)-[:PART_OF]->(o:Outreach {state: 'QUEUED'})
    RETURN collect([m.id, m.state, m.subject, m.dueAt.epochMillis, m.expiresAt.epochMillis, s.id, o.id])
    """,
)
OUTREACHES = Statement("outreaches", "MATCH (o:Outreach) RETURN collect([o.state, o.refusedBy])")


async def subscribed(graph: Graph) -> Done:
    await create_resource(graph, CreateResource("shop", "The shop", (Channel.EMAIL,), "shop@example.com"), None, NOW)
    command = Subscribe(
        ProfileReference(identifier=ANN), ResourceReference(key="shop"), Channel.EMAIL, ANN, actor="test"
    )
    return await subscribe(graph, command, None, NOW)


def letter(profile_id: str, **given: object) -> SendMessage:
    content = Content(EmailContent("Your order", "Thank you.", None))
    return SendMessage(ProfileReference(id=profile_id), ResourceReference(key="shop"), content, **given)  # type: ignore[arg-type]  # each test gives what it is about


async def test_a_message_is_queued_with_its_outreach_and_nothing_else(graph: Graph) -> None:
    person = (await subscribed(graph)).result

    done = await send_message(graph, letter(person["profileId"]), Guard("k", "h"), NOW)

    assert await graph.read(MESSAGES) == [
        [done.result["messageId"], "QUEUED", "Your order", NOW, None, person["subscriptionId"],
         done.result["outreachId"]]
    ]  # fmt: skip
    assert [(each.profile_id, each.revision) for each in done.changes] == [(person["profileId"], 2)]


async def test_send_and_expiry_times_are_kept_and_a_past_time_is_now(graph: Graph) -> None:
    person = (await subscribed(graph)).result

    later = letter(person["profileId"], send_at_ms=NOW + 5_000, expires_at_ms=NOW + 9_000)
    await send_message(graph, later, Guard("k", "h"), NOW)
    await send_message(graph, letter(person["profileId"], send_at_ms=NOW - 5_000), Guard("k2", "h"), NOW)

    assert sorted(each[3:5] for each in await graph.read(MESSAGES)) == [[NOW, None], [NOW + 5_000, NOW + 9_000]]


async def test_16_requests_with_one_key_queue_one_message(graph: Graph) -> None:
    person = (await subscribed(graph)).result

    done = await asyncio.gather(
        *(send_message(graph, letter(person["profileId"]), Guard("k", "h"), NOW) for _ in range(16))
    )

    assert len(await graph.read(MESSAGES)) == 1
    assert len({each.result["messageId"] for each in done}) == 1
    assert [each.replayed for each in done].count(False) == 1


async def test_who_left_gets_receipts_and_no_marketing(graph: Graph) -> None:
    person = (await subscribed(graph)).result
    await unsubscribe(graph, Unsubscribe(OneSubscription(person["subscriptionId"]), "test"), None, NOW)

    marketing = await send_message(graph, letter(person["profileId"]), Guard("k", "h"), NOW)
    receipt = letter(person["profileId"], purpose=MessagePurpose.TRANSACTIONAL)
    transactional = await send_message(graph, receipt, Guard("k2", "h"), NOW)

    assert "messageId" not in marketing.result
    assert marketing.changes == ()
    assert [each[0] for each in await graph.read(MESSAGES)] == [transactional.result["messageId"]]
    assert sorted(await graph.read(OUTREACHES), key=str) == [["QUEUED", None], ["REFUSED", "SUBSCRIPTION_STATUS"]]


async def test_a_subscription_of_somebody_else_is_not_found(graph: Graph) -> None:
    person = (await subscribed(graph)).result

    with pytest.raises(Refusal) as refused:
        await send_message(graph, letter(person["profileId"], subscription_id="sub_x"), Guard("k", "h"), NOW)

    assert [(each.code, each.field) for each in refused.value.user_errors] == [
        (UserErrorCode.NOT_FOUND, ("strategy", "subscription"))
    ]
    assert await graph.read(OUTREACHES) == []
