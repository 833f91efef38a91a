"""Templates as a client sees them, over the real graph."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from graph.connection import Graph
from graph.statement import Statement
from graph.vocabulary import Right
from tests.gateway.schema.limited import ask as limited_ask
from tests.gateway.schema.limited import errors_of, limit, without
from tests.gateway.schema.test_merging import RESOURCE, SUBSCRIBE, UPSERT, Ask, RealWorld, value

CREATE = """mutation($input: CreateTemplateInput!) { createTemplate(input: $input) {
  template { id key version channels content { requiredData sms email { subject text html } } }
  userErrors { code message field } } }"""
CREATE_META = """mutation($input: CreateTemplateInput!) { createTemplate(input: $input) {
  template { id channels content { requiredData messenger whatsapp } } userErrors { code message field } } }"""
UPDATE = """mutation($input: UpdateTemplateInput!) { updateTemplate(input: $input) {
  template { version title channels content { requiredData push { title body url icon } webhook email { subject } } }
  userErrors { code message field } } }"""
ARCHIVE = """mutation($input: ArchiveTemplateInput!) { archiveTemplate(input: $input) {
  template { archivedAt version } userErrors { code field } } }"""
PREVIEW = """query($content: ContentInput!, $profile: ProfileRef!, $channel: Channel! = EMAIL, $data: JSON) {
  templatePreview(content: $content, profile: $profile, channel: $channel, resource: {key: "shop"}, data: $data) {
    subject text html webhook whatsapp userErrors { code message field } } }"""
SEND = """mutation($input: SendMessageInput!) { sendMessage(input: $input) {
  outreach { messages { nodes { subject messageState channel } } } userErrors { code message field } } }"""
TRACK = "mutation($input: TrackEventsInput!) { trackEvents(input: $input) { rows { outcome } } }"
LIST = """{ templates { nodes { id key } } template(by: {key: "order"}) { title archivedAt content { sms } }
  none: template(by: {id: "tpl_none"}) { id } }"""
DEFINE = "mutation($input: DefineAttributeInput!) { defineAttribute(input: $input) { userErrors { code } } }"
QUEUED = Statement(
    "queued",
    "MATCH (m:Message) MATCH (v:TemplateVersion {id: m.templateVersionId}) "
    "RETURN collect([m.data, v.version, m.subject, m.text])",
)
LETTER = {
    "subject": "{{ data.code }}",
    "text": "Dear {{ profile.firstName | default: 'you' }}",
    "html": "<b>{{ profile.firstName }}</b>",
}
ORDER = {"key": "order", "title": "Order", "content": {"email": LETTER}}


@pytest.fixture
def world(graph: Graph) -> RealWorld:
    return RealWorld(real=graph)


@pytest.fixture
def ask(world: RealWorld, rehearsed: None) -> Ask:  # noqa: ARG001  # It has to have been done.
    return partial(limited_ask, world)


async def created(ask: Ask, given: dict[str, Any]) -> dict[str, Any]:
    found = await value(ask, CREATE, input=given)
    assert found["userErrors"] == []
    template: dict[str, Any] = found["template"]
    return template


async def subscriber(ask: Ask) -> str:
    shop = {"key": "shop", "title": "Shop", "channels": ["EMAIL"], "sender": "a@shop.example"}
    await value(ask, RESOURCE, input=shop)
    given = {
        "identifiers": [{"type": "EXTERNAL", "namespace": "shop", "value": "1"}],
        "set": {"firstName": "<Ann>"},
    }
    profile = str((await value(ask, UPSERT, input=given))["profile"]["id"])
    joined = {"profile": {"id": profile}, "resource": {"key": "shop"}, "address": {"email": "ann@example.com"}}
    assert (await value(ask, SUBSCRIBE, input=joined))["userErrors"] == []
    return profile


async def track(ask: Ask) -> None:
    event = {
        "externalId": "1",
        "identifiers": [{"type": "EXTERNAL", "namespace": "shop", "value": "1"}],
        "type": "product.viewed",
        "occurredAt": "2020-01-01T00:00:00Z",
        "products": [{"sku": {"sku": "mug"}}],
    }
    found = await value(ask, TRACK, input={"events": [event], "idempotencyKey": "track"})
    assert found["rows"] == [{"outcome": "CREATED"}]


async def test_a_template_is_made_changed_listed_and_archived(ask: Ask) -> None:
    template = await created(
        ask, {**ORDER, "content": {"email": LETTER, "sms": {"text": "{{ data.code }}{{ data.x }}"}}}
    )
    assert template == {
        "id": template["id"],
        "key": "order",
        "version": 1,
        "channels": ["EMAIL", "SMS"],
        "content": {"requiredData": ["code", "x"], "sms": "{{ data.code }}{{ data.x }}", "email": LETTER},
    }

    push = {"title": "Hi {{ profile.firstName }}", "body": "", "url": "https://shop.example/{{ data.slug }}"}
    given = {
        "template": template["id"],
        "title": "New",
        "content": {"push": push, "webhook": {"a": ["{{ data.y }}", 1]}},
    }
    changed = await value(ask, UPDATE, input={**given, "ifVersion": 1})

    assert changed == {
        "template": {
            "version": 2,
            "title": "New",
            "channels": ["MOBILE_PUSH", "WEBHOOK", "WEB_PUSH"],
            "content": {
                "requiredData": ["slug", "y"],
                "push": {**push, "icon": None},
                "webhook": {"a": ["{{ data.y }}", 1]},
                "email": None,
            },
        },
        "userErrors": [],
    }
    stale = await value(ask, UPDATE, input={**given, "ifVersion": 1})
    assert [(each["code"], each["field"]) for each in stale["userErrors"]] == [("REVISION_CHANGED", ["ifVersion"])]
    archived = await value(ask, ARCHIVE, input={"template": template["id"]})
    assert archived == {"template": {"archivedAt": "2023-11-14T22:13:20.000Z", "version": 2}, "userErrors": []}
    assert (await ask(LIST))["data"] == {
        "templates": {"nodes": [{"id": template["id"], "key": "order"}]},
        "template": {"title": "New", "archivedAt": "2023-11-14T22:13:20.000Z", "content": {"sms": None}},
        "none": None,
    }


async def test_everything_that_nobody_could_fill_in_is_said_at_its_part_and_line_and_nothing_is_saved(ask: Ask) -> None:
    await value(ask, DEFINE, input={"key": "tier", "type": "STRING"})
    content = {
        "email": {
            "subject": "{{ customer.name }}",
            "text": "a\n{{ profile.email }}\n{{ attributes.tier }}{{ attributes.teir }}",
            "html": "{% if %}",
        },
        "sms": {"text": "{% for p in viewedProducts %}\n{{ p.title }}{% endfor %}{{ lastPurchase.total }}"},
        "webhook": {"rows": ["fine", "\n{{ 'Quillfeather' | shout }}"]},
    }

    found = await value(ask, CREATE, input={**ORDER, "content": content})

    assert found["template"] is None
    assert [(each["field"], each["message"]) for each in found["userErrors"]] == [
        (["content", "email", "subject"], "Line 1: Names a variable that is not known here."),
        (["content", "email", "text"], "Line 2: `profile` has no such field."),
        (["content", "email", "text"], "Line 3: There is no such attribute."),
        (["content", "email", "html"], "Line 1: This is no Liquid that is known here."),
        (
            ["content", "sms", "text"],
            "Line 2: Not everybody has bought something: ask for it by `if lastPurchase`, or give a `default`.",
        ),
        (["content", "sms", "text"], "Line 2: `p` has no such field."),
        (["content", "webhook", "rows", "1"], "Line 2: There is no such filter."),
    ]
    assert {each["code"] for each in found["userErrors"]} == {"CONTENT_INVALID"}
    assert (await ask("{ templates { nodes { id } } }"))["data"] == {"templates": {"nodes": []}}
    empty = await value(ask, CREATE, input={**ORDER, "content": {}})
    assert [(each["code"], each["field"]) for each in empty["userErrors"]] == [("CONTENT_INVALID", ["content"])]


async def test_a_message_keeps_the_version_and_the_data_that_it_was_queued_with(ask: Ask, world: RealWorld) -> None:
    profile, template = await subscriber(ask), await created(ask, ORDER)
    message = {"profile": {"id": profile}, "resource": {"key": "shop"}, "content": {"template": template["id"]}}

    missing = await value(ask, SEND, input={**message, "idempotencyKey": "a", "data": {"other": 1}})
    done = await value(ask, SEND, input={**message, "idempotencyKey": "a", "data": {"code": "4711"}})
    await value(ask, UPDATE, input={"template": template["id"], "content": {"email": {**LETTER, "subject": "Hi"}}})
    inline = {**message, "content": {"inline": {"email": LETTER}}, "data": {"code": "1"}, "idempotencyKey": "b"}

    assert missing == {
        "outreach": None,
        "userErrors": [
            {
                "code": "CONTENT_INVALID",
                "message": "The template needs `code`; null is something.",
                "field": ["data", "code"],
            }
        ],
    }
    assert done["outreach"]["messages"]["nodes"] == [{"subject": None, "messageState": "QUEUED", "channel": "EMAIL"}]
    assert world.real is not None
    assert await world.real.read(QUEUED) == [['{"code":"4711"}', 1, None, None]]
    assert [each["field"] for each in (await value(ask, SEND, input=inline))["userErrors"]] == [["data"]]


async def test_a_preview_shows_what_would_be_sent_or_says_why_nothing_can_be(ask: Ask) -> None:
    profile, template = {"id": await subscriber(ask)}, await created(ask, ORDER)
    by_id = {"template": template["id"]}

    shown = await value(ask, PREVIEW, content=by_id, profile=profile, data={"code": "4711"})
    missing = await value(ask, PREVIEW, content=by_id, profile=profile, channel="SMS")
    webhook = {"inline": {"webhook": {"name": "{{ profile.firstName }} of {{ resource.title }}", "n": 1}}}
    as_json = await value(ask, PREVIEW, content=webhook, profile=profile, channel="WEBHOOK")
    await track(ask)
    past = "{% for p in viewedProducts %}{{ p.sku }}{% endfor %} {{ lastPurchase.total | default: 'nothing' }}"
    told = await value(ask, PREVIEW, content={"inline": {"sms": {"text": past}}}, profile=profile, channel="SMS")
    kept = await created(ask, {**ORDER, "key": "past", "content": {"sms": {"text": past}}})
    of_kept = await value(ask, PREVIEW, content={"template": kept["id"]}, profile=profile, channel="SMS")
    wrong = {"inline": {"email": {"subject": "s", "text": "{{ data.rows[1] }}"}}}
    broken = await value(ask, PREVIEW, content=wrong, profile=profile, data={"rows": ["secret"]})

    assert shown == {
        "subject": "4711",
        "text": "Dear <Ann>",
        "html": "<b>&lt;Ann&gt;</b>",
        "webhook": None,
        "whatsapp": None,
        "userErrors": [],
    }
    assert [(each["code"], each["field"]) for each in missing["userErrors"]] == [
        ("CONTENT_INVALID", ["data", "code"]),
        ("INVALID", ["channel"]),
    ]
    assert (told["text"], of_kept["text"]) == ("mug nothing", "mug nothing")
    assert as_json["webhook"] == '{"name":"<Ann> of Shop","n":1}'
    assert [(each["code"], each["message"]) for each in broken["userErrors"]] == [
        ("CONTENT_INVALID", "email text: `data.rows.1` has no value. (line 1)")
    ]
    assert broken["text"] is None
    for content, who in (({"template": "tpl_none"}, profile), (by_id, {"id": "prf_none"})):
        body = await ask(PREVIEW, content=content, profile=who, data={"code": 1})
        assert [each["extensions"]["code"] for each in body["errors"]] == ["NOT_FOUND"]


async def test_a_template_of_whatsapp_is_filled_in_too_and_goes_before_the_text_of_other_messengers(ask: Ask) -> None:
    meta = {
        "name": "order_sent",
        "language": "en_US",
        "header": {"image": "https://shop.example/{{ data.code }}.png"},
        "body": [{"text": "{{ profile.firstName }}"}, {"name": "shop", "text": "{{ resource.title }}"}],
        "buttons": [{"index": 0, "quickReply": "{{ data.code }}"}],
    }
    profile, both = {"id": await subscriber(ask)}, {"messenger": {"text": "Hi"}, "whatsapp": meta}
    made = await value(ask, CREATE_META, input={"key": "meta", "title": "Meta", "content": both})
    template = {"template": made["template"]["id"]}

    shown, text = [
        await value(ask, PREVIEW, content=template, profile=profile, channel=channel, data={"code": "4711"})
        for channel in ("WHATSAPP", "VIBER")
    ]
    wrong = {**meta, "body": [{"text": "{{ profile.nme }}"}]}
    refused = await value(ask, CREATE, input={**ORDER, "content": {"whatsapp": wrong}})

    assert made["template"]["channels"] == ["TELEGRAM", "VIBER", "WHATSAPP"]
    assert made["template"]["content"] == {"requiredData": ["code"], "messenger": "Hi", "whatsapp": meta}
    assert (shown["text"], shown["webhook"], text["text"], text["whatsapp"]) == (None, None, "Hi", None)
    assert json.loads(shown["whatsapp"]) == {
        **meta,
        "header": {"image": "https://shop.example/4711.png"},
        "body": [{"text": "<Ann>"}, {"name": "shop", "text": "Shop"}],
        "buttons": [{"index": 0, "quickReply": "4711"}],
    }
    assert [(each["field"], each["message"]) for each in refused["userErrors"]] == [
        (["content", "whatsapp", "body", "0", "text"], "Line 1: `profile` has no such field.")
    ]


async def test_a_preview_needs_the_right_to_personal_data_and_templates_need_none(ask: Ask, world: RealWorld) -> None:
    profile, template = await subscriber(ask), await created(ask, ORDER)

    limit(world, *without(Right.PROFILE_PII))
    body = await ask(PREVIEW, content={"template": template["id"]}, profile={"id": profile}, data={"code": 1})
    assert (body["data"], errors_of(body)) == (None, [("FORBIDDEN", "templatePreview")])

    limit(world)
    assert (await ask("{ templates { nodes { key } } }"))["data"] == {"templates": {"nodes": [{"key": "order"}]}}
