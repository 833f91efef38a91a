"""From a template that was queued to what a provider gets, over the real graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dispatch.outcome import Accepted, Deferred, Outcome
from dispatch.templates.fault import TemplateFault
from dispatch.templates.rendering import rendered
from dispatch.tracked_letters import TrackedLetters
from graph.connection import Graph
from graph.delivery import Delivery
from graph.erasing.erase import EraseProfile, erase_profile
from graph.errors import Refusal
from graph.history.events import NewEvent, track_events
from graph.history.product import ProductKey, ProductReference
from graph.history.purchases import NewPurchase, record_purchases
from graph.idempotency import Guard
from graph.identifiers import identifier
from graph.ids import IdPrefix, new_id
from graph.people.attribute_change import AttributeChange, AttributeOperation
from graph.people.attribute_definition import AttributeDefinition, define_attribute
from graph.people.reference import ProfileReference
from graph.people.update import UpdateProfile, update_profile
from graph.sending.content import Content, EmailContent, PushContent, TextContent
from graph.sending.send import SendMessage, send_message
from graph.statement import Statement
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.templates.chosen import TemplateChoice
from graph.templates.known import Past
from graph.templates.template import Checked, CreateTemplate, UpdateTemplate, archive_template, create_template
from graph.templates.template import update_template as change_template
from graph.tracking.links import TrackingLinks
from graph.vocabulary import AttributeType, Channel, IdentifierType, PurchaseKind, PurchaseStatus, UserErrorCode
from tests.dispatch.test_sending import NOW, StubNudger, StubSender, sending

ANN = identifier(IdentifierType.EMAIL, "", "ann@example.com")
KEPT = Statement(
    "kept",
    "MATCH (m:Message {id: $id}) RETURN m {.state, .reason, .subject, .text, .html, .data, .attemptCount, "
    "outreach: head([(m)-[:PART_OF]->(o) | o.state]), attempts: COUNT { (m)<-[:OF]-(:Attempt) }}",
)
MAKE_DUE = Statement("make_due", "MATCH (m:Message {id: $id}) SET m.dueAt = m.createdAt RETURN m.id")
LETTER = EmailContent(
    "{{ data.code }}  for {{ profile.firstName }}",
    "{{ attributes.tier }} {{ attributes.since | date: '%Y' }} {{ attributes.price }} {{ resource.title }}",
    "<b>{{ profile.firstName }}</b> {{ subscription.channel }} {{ profile.city }}",
)
SAID = {
    "subject": "4711 for <Ann>",
    "text": "gold 2020 12.50 The shop",
    "html": "<b>&lt;Ann&gt;</b> EMAIL ",
}


async def person(graph: Graph) -> str:
    await create_resource(graph, CreateResource("shop", "The shop", (Channel.EMAIL,), "shop@example.com"), None, NOW)
    reference = ProfileReference(identifier=ANN)
    command = Subscribe(reference, ResourceReference(key="shop"), Channel.EMAIL, ANN, actor="test")
    profile_id = str((await subscribe(graph, command, None, NOW)).result["profileId"])
    values: dict[str, tuple[AttributeType, Any]] = {
        "tier": (AttributeType.STRING, "gold"),
        "since": (AttributeType.DATE, "2020-05-06"),
        "price": (AttributeType.DECIMAL, "12.5"),
    }
    for key, (type_, _) in values.items():
        await define_attribute(graph, AttributeDefinition(key, type_), None, NOW)
    changes = tuple(AttributeChange(AttributeOperation.SET, key, value) for key, (_, value) in values.items())
    update = UpdateProfile(ProfileReference(id=profile_id), fields={"firstName": "<Ann>"}, attributes=changes)
    await update_profile(graph, update, None, NOW)
    return profile_id


async def template(graph: Graph, content: Content, *required: str) -> str:
    command = CreateTemplate("order", "Order", Checked(content, frozenset(required)))
    return str((await create_template(graph, command, None, NOW)).result["templateId"])


def letter(profile_id: str, template_id: str, **data: object) -> SendMessage:
    choice = TemplateChoice(template_id, data)
    return SendMessage(ProfileReference(id=profile_id), ResourceReference(key="shop"), choice, channel=None)


async def queued(graph: Graph, profile_id: str, template_id: str, **data: object) -> str:
    done = await send_message(graph, letter(profile_id, template_id, **data), Guard(new_id(IdPrefix.EVENT), "h"), NOW)
    return str(done.result["messageId"])


async def sent(
    graph: Graph,
    message_id: str,
    answer: Callable[[Delivery], Outcome] = lambda _: Accepted("250"),
    letters: TrackedLetters | None = None,
) -> list[Delivery]:
    deliveries: list[Delivery] = []

    def keep(delivery: Delivery) -> Outcome:
        deliveries.append(delivery)
        return answer(delivery)

    worker = replace(sending(graph, StubSender(keep), StubNudger()), tracked_letters=letters)
    await worker.send([message_id])
    return deliveries


async def refused(graph: Graph, command: SendMessage) -> list[tuple[str, Any]]:
    with pytest.raises(Refusal) as caught:
        await send_message(graph, command, Guard("k", "h"), NOW)
    return [(each.code, each.field) for each in caught.value.user_errors]


async def test_a_template_is_filled_in_when_it_leaves_with_what_is_true_then_and_that_is_kept(graph: Graph) -> None:
    ann = await person(graph)
    message_id = await queued(graph, ann, await template(graph, Content(LETTER), "code"), code="4711")
    before = await graph.read(KEPT, id=message_id)
    await update_profile(graph, UpdateProfile(ProfileReference(id=ann), fields={"city": "Rome"}), None, NOW)

    (delivery,) = await sent(graph, message_id)

    assert (before["state"], before["subject"], before["html"], before["data"]) == (
        "QUEUED",
        None,
        None,
        '{"code":"4711"}',
    )
    said = {**SAID, "html": SAID["html"] + "Rome"}
    assert {"subject": delivery.subject, "text": delivery.text, "html": delivery.html} == said
    after = await graph.read(KEPT, id=message_id)
    assert {name: after[name] for name in said} == said
    assert (after["state"], after["attempts"]) == ("SENT", 1)


async def test_what_a_template_made_is_tracked_as_any_letter_and_kept_as_it_was_made(graph: Graph) -> None:
    ann = await person(graph)
    html = '<a href="https://shop.example/{{ data.code }}">Offer</a>'
    content = Content(EmailContent("Offer", None, html))
    message_id = await queued(graph, ann, await template(graph, content, "code"), code="4711")

    letters = TrackedLetters("https://c.example", TrackingLinks((b"t" * 32,)))
    (delivery,) = await sent(graph, message_id, letters=letters)

    said = delivery.html or ""
    assert (said.count("https://c.example/o/"), said.count("https://c.example/c/"), "shop.example" in said) == (
        1,
        1,
        False,
    )
    after = await graph.read(KEPT, id=message_id)
    assert after["html"] == '<a href="https://shop.example/4711">Offer</a>'


async def test_what_somebody_bought_and_viewed_by_then_is_said_to_whom_a_template_names_it_and_to_nobody_else(
    graph: Graph,
) -> None:
    ann = await person(graph)
    html = "{% for p in viewedProducts %}{{ p.sku }}{% endfor %}{{ profile.locale | default: 'en' }}"
    text = "Of {% if lastPurchase %}{{ lastPurchase.total | money: lastPurchase.currency }}{% endif %}"
    content = Content(EmailContent("{{ lastPurchase.externalId | default: '-' }}", text, html))
    checked = Checked(content, frozenset(), frozenset(Past))
    naming = str((await create_template(graph, CreateTemplate("past", "", checked), None, NOW)).result["templateId"])
    before = await queued(graph, ann, naming)
    first = await sent(graph, before)
    message_ids = [await queued(graph, ann, naming), await queued(graph, ann, await _other(graph), code="4711")]
    bought = NewPurchase(
        0, "shop", "536365", (ANN,), PurchaseKind.SALE, PurchaseStatus.PAID, NOW, NOW, "EUR", 12_500_000, 0, 0, ()
    )
    await record_purchases(graph, [bought], None, NOW)
    seen = NewEvent(0, "web", "1", (ANN,), "page.viewed", NOW, products=(ProductReference(key=ProductKey("a", "mug")),))
    await track_events(graph, [seen], None, NOW)

    sender = StubSender()
    assert await sending(graph, sender, StubNudger()).send(message_ids) == 2

    assert [(each.subject, each.text, each.html) for each in first] == [("-", "Of ", "en")]
    kept = [await graph.read(KEPT, id=each) for each in message_ids]
    assert [kept[0][name] for name in ("subject", "text", "html")] == ["536365", "Of 12.50", "mugen"]
    assert kept[1]["subject"] == SAID["subject"]


async def test_what_is_queued_keeps_its_version_and_leaves_after_the_template_was_archived(graph: Graph) -> None:
    ann = await person(graph)
    order = await template(graph, Content(LETTER), "code")
    first = await queued(graph, ann, order, code="1")
    await change_template(
        graph, UpdateTemplate(order, checked=Checked(Content(EmailContent("New", "n", None)), frozenset())), None, NOW
    )
    second = await queued(graph, ann, order)
    await archive_template(graph, order, None, NOW)

    assert [(await sent(graph, each))[0].subject for each in (first, second)] == ["1 for <Ann>", "New"]
    assert await refused(graph, letter(ann, order)) == [(UserErrorCode.STATE_NOT_ALLOWED, ("content", "template"))]


async def test_what_was_deferred_is_filled_in_again(graph: Graph) -> None:
    ann = await person(graph)
    message_id = await queued(graph, ann, await template(graph, Content(LETTER), "code"), code="4711")
    await sent(graph, message_id, lambda _: Deferred("451"))
    assert (await graph.read(KEPT, id=message_id))["subject"] == "4711 for <Ann>"
    await update_profile(graph, UpdateProfile(ProfileReference(id=ann), fields={"firstName": "Anna"}), None, NOW)
    await graph.change(MAKE_DUE, id=message_id)

    assert [each.subject for each in await sent(graph, message_id)] == ["4711 for Anna"]
    assert (await graph.read(KEPT, id=message_id))["subject"] == "4711 for Anna"


async def test_what_cannot_be_filled_in_fails_once_names_the_variable_and_keeps_no_one_else_from_leaving(
    graph: Graph,
) -> None:
    ann = await person(graph)
    wrong = await queued(
        graph,
        ann,
        await template(graph, Content(EmailContent("Hi", "\n{{ data.rows[3] }}", None)), "rows"),
        rows=["secret"],
    )
    fine = await queued(graph, ann, await _other(graph), code="4711")
    sender, nudger = StubSender(), StubNudger()

    assert await sending(graph, sender, nudger).send([wrong, fine]) == 1

    assert sender.sent == [fine]
    kept = await graph.read(KEPT, id=wrong)
    assert (kept["state"], kept["reason"]) == ("FAILED", "email text: `data.rows.3` has no value. (line 2)")
    assert (kept["outreach"], kept["attempts"]) == ("FAILED", 0)
    assert len(nudger.published) == 2
    # Nobody tries again.
    await graph.change(MAKE_DUE, id=wrong)
    assert await sending(graph, sender, nudger).send([wrong]) == 0


async def _other(graph: Graph) -> str:
    command = CreateTemplate("other", "Other", Checked(Content(LETTER), frozenset({"code"})))
    return str((await create_template(graph, command, None, NOW)).result["templateId"])


async def test_missing_data_and_channels_that_a_template_lacks_are_said_before_anything_is_queued(graph: Graph) -> None:
    ann = await person(graph)
    one = await template(graph, Content(LETTER), "code", "name")
    both = CreateTemplate("both", "Both", Checked(Content(LETTER, sms=TextContent("Hi")), frozenset()))
    several = str((await create_template(graph, both, None, NOW)).result["templateId"])

    assert await refused(graph, letter(ann, one, name=None)) == [(UserErrorCode.CONTENT_INVALID, ("data", "code"))]
    assert await refused(graph, letter(ann, "tpl_none")) == [(UserErrorCode.NOT_FOUND, ("content", "template"))]
    assert await refused(graph, letter(ann, several)) == [(UserErrorCode.REQUIRED, ("strategy",))]
    by_sms = SendMessage(
        ProfileReference(id=ann),
        ResourceReference(key="shop"),
        TemplateChoice(one, {"code": 1, "name": 1}),
        channel=Channel.SMS,
    )
    assert await refused(graph, by_sms) == [(UserErrorCode.INVALID, ("strategy", "priority", "channel"))]


async def test_an_erasure_takes_the_data_of_what_is_queued(graph: Graph) -> None:
    ann = await person(graph)
    message_id = await queued(graph, ann, await template(graph, Content(LETTER), "code"), code="4711")

    await erase_profile(graph, EraseProfile(ProfileReference(id=ann), b"key"), None, NOW)

    assert await graph.read(KEPT, id=message_id) is None
    anywhere = Statement(
        "anywhere", "MATCH (n) WHERE any(k IN keys(n) WHERE toStringOrNull(n[k]) CONTAINS '4711') RETURN count(n)"
    )
    assert await graph.read(anywhere) == 0


def test_what_comes_to_something_that_a_channel_cannot_take_fails() -> None:
    push = Content(push=PushContent("{{ data.a }}", "", "{{ data.a }}", None))
    for value, message in (
        ("javascript:x", "push url: Comes to no web address by https."),
        ("", "push title: Comes to nothing."),
        ("x" * 201, "push title: Comes to more than 200 characters."),
    ):
        with pytest.raises(TemplateFault) as caught:
            rendered(push, Channel.WEB_PUSH, {"data": {"a": value}})
        assert caught.value.message == message
