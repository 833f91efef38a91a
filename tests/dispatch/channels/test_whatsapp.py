from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest

from dispatch.channels.registry import senders
from dispatch.channels.whatsapp import WhatsappSender
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.settings import DispatchSettings
from graph.delivery import Delivery
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose
from tests.dispatch.http_provider import HttpProvider, Says, provider

PHONE_ID, TOKEN, APP_SECRET, VERIFY = "106540352242922", "EAAGnot-a-token", "0123abc-app", "let-me-in"
NUMBER = "+16505551234"
WA_ID = "16505551234"
WAMID = "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI4MjZGRDA0OUE2OTQ3RkEyMzcA"
MESSAGE = Delivery(
    message_id="msg_01JABCDEFG0123456789ABCDEF",
    channel=Channel.WHATSAPP,
    purpose=MessagePurpose.MARKETING,
    attempt=1,
    facts=ReachFacts(None, None),
    address=NUMBER,
    sender=None,
    text="Good day. https://shop.example.com/new",
)
OPTIONS = f"?account=shop&app-secret={APP_SECRET}&verify={VERIFY}"


def sender(base: str = "http://127.0.0.1:9", options: str = OPTIONS, lease_ms: int = 2_000) -> WhatsappSender:
    place = base.removeprefix("http://")
    return WhatsappSender.from_url(
        f"whatsapp+http://{PHONE_ID}:{TOKEN}@{place}/v21.0{options}", "WHATSAPP_URL", lease_ms
    )


def template(**parts: object) -> dict[str, str | None]:
    """What a message holds that is a template of Meta."""
    content = {"name": "order_sent", "language": "en_US", **parts}
    return {"text": None, "payload": orjson.dumps(content).decode()}


TAKEN = Says.json(
    {
        "messaging_product": "whatsapp",
        "contacts": [{"input": NUMBER, "wa_id": WA_ID}],
        "messages": [{"id": WAMID, "message_status": "accepted"}],
    }
)


def refused(code: int, status: int, subcode: int | None = None, **more: object) -> Says:
    error: dict[str, Any] = {
        "message": f"(#{code}) Something about {WA_ID}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": f"{WA_ID} and {TOKEN}"},
        "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam",
        **more,
    }
    return Says.json({"error": error if subcode is None else {**error, "error_subcode": subcode}}, status)


async def sent(there: HttpProvider, delivery: Delivery = MESSAGE) -> Outcome:
    whatsapp = sender(there.url)
    try:
        return await whatsapp.send(delivery)
    finally:
        await whatsapp.close()


async def outcome_of(answer: Says, delivery: Delivery = MESSAGE) -> Outcome:
    async with provider(answer) as there:
        outcome = await sent(there, delivery)
        assert len(there.asked) == 1
    return outcome


async def test_meta_gets_the_text_for_the_number_with_our_id() -> None:
    async with provider(TAKEN) as there:
        outcome = await sent(there)

    assert outcome == Accepted("200 ok", WAMID)
    [asked] = there.asked
    assert (asked.method, asked.path, asked.query) == ("POST", f"/v21.0/{PHONE_ID}/messages", "")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["content-type"] == "application/json"
    assert asked.json() == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+16505551234",
        "type": "text",
        "text": {"body": "Good day. https://shop.example.com/new", "preview_url": False},
        "biz_opaque_callback_data": "msg_01JABCDEFG0123456789ABCDEF",
    }


@pytest.mark.parametrize(
    ("content", "components"),
    [
        ({}, []),
        (
            {"body": [{"text": "Ann"}, {"text": "4711\n  and\tmore"}]},
            [
                {
                    "type": "body",
                    "parameters": [{"type": "text", "text": "Ann"}, {"type": "text", "text": "4711 and more"}],
                }
            ],
        ),
        (
            {"header": {"text": {"text": "4711", "name": "number"}}, "body": [{"text": "Ann", "name": "first_name"}]},
            [
                {"type": "header", "parameters": [{"type": "text", "text": "4711", "parameter_name": "number"}]},
                {"type": "body", "parameters": [{"type": "text", "text": "Ann", "parameter_name": "first_name"}]},
            ],
        ),
        (
            {"header": {"image": "https://a.example/b.png"}},
            [{"type": "header", "parameters": [{"type": "image", "image": {"link": "https://a.example/b.png"}}]}],
        ),
        (
            {"header": {"video": "https://a.example/b.mp4"}},
            [{"type": "header", "parameters": [{"type": "video", "video": {"link": "https://a.example/b.mp4"}}]}],
        ),
        (
            {"header": {"document": {"link": "https://a.example/b.pdf", "filename": "Bill.pdf"}}},
            [
                {
                    "type": "header",
                    "parameters": [
                        {
                            "type": "document",
                            "document": {"link": "https://a.example/b.pdf", "filename": "Bill.pdf"},
                        }
                    ],
                }
            ],
        ),
        (
            {
                "buttons": [
                    {"index": 0, "url": "orders/4711"},
                    {"index": 1, "quickReply": "late"},
                    {"index": 2, "copyCode": "SAVE5"},
                ]
            },
            [
                {
                    "type": "button",
                    "sub_type": "url",
                    "index": "0",
                    "parameters": [{"type": "text", "text": "orders/4711"}],
                },
                {
                    "type": "button",
                    "sub_type": "quick_reply",
                    "index": "1",
                    "parameters": [{"type": "payload", "payload": "late"}],
                },
                {
                    "type": "button",
                    "sub_type": "copy_code",
                    "index": "2",
                    "parameters": [{"type": "coupon_code", "coupon_code": "SAVE5"}],
                },
            ],
        ),
    ],
)
async def test_a_template_goes_by_its_name_with_what_stands_in_its_variables(
    content: Mapping[str, object], components: list[object]
) -> None:
    async with provider(TAKEN) as there:
        outcome = await sent(there, replace(MESSAGE, **template(**content)))  # type: ignore[arg-type]  # Only texts.

    assert outcome == Accepted("200 ok", WAMID)
    [asked] = there.asked
    assert asked.json() == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+16505551234",
        "type": "template",
        "template": {"name": "order_sent", "language": {"code": "en_US"}, "components": components},
        "biz_opaque_callback_data": "msg_01JABCDEFG0123456789ABCDEF",
    }


def ours_for_this_number(answer: str) -> Deferred:
    return Deferred(answer, elsewhere=True, others_may_leave=True)


def ours(answer: str) -> Deferred:
    return Deferred(answer, elsewhere=True)


@pytest.mark.parametrize(
    ("code", "status", "answer", "outcome"),
    [
        # Authorization.
        (0, 401, "0 the login failed", ours),
        (3, 500, "3 a permission is missing", ours),
        (10, 403, "10 a permission is missing", ours),
        (102, 401, "102 the login failed", ours),
        (190, 401, "190 the access token has expired", ours),
        (200, 403, "200 a permission is missing", ours),
        (299, 403, "299 a permission is missing", ours),
        # Integrity.
        (368, 403, "368 our account is blocked for a violation of policies", ours),
        (130497, 403, "130497 our account may not write to this country", Refused),
        (131031, 403, "131031 our account is locked", ours),
        # Throttling.
        (4, 429, "4 too many calls", Deferred),
        (17, 400, "17 too many calls", Deferred),
        (341, 400, "341 too many calls", Deferred),
        (80007, 429, "80007 too many calls", Deferred),
        (130429, 429, "130429 too many messages", Deferred),
        (131048, 429, "131048 our phone number was reported as spam too often", ours),
        (131056, 429, "131056 too many messages to this number", Deferred),
        (131064, 429, "131064 our account was limited for wrongly classified templates", ours),
        (133016, 429, "code 133016", Deferred),
        # Others.
        (1, 400, "1 an unknown fault of the API", ours),
        (2, 503, "2 the API is down or overloaded", ours),
        (33, 400, "33 our phone number was deleted", ours),
        (100, 400, "100 a parameter is wrong, or this is no number on WhatsApp", Refused),
        (2500, 400, "2500 the address of the API is wrong", ours),
        (130472, 400, "130472 this number is part of an experiment of Meta", Refused),
        (131000, 500, "131000 an unknown fault of the API", ours),
        (131005, 403, "131005 a permission is missing", ours),
        (131008, 400, "131008 a parameter is missing", Refused),
        (131009, 400, "131009 a parameter is wrong", Refused),
        (131016, 503, "131016 the API is down or overloaded", ours),
        (131021, 400, "131021 the number is our own", Refused),
        (131026, 400, "131026 undeliverable", Refused),
        (131030, 400, "131030 our account may write to the numbers on its list only", ours_for_this_number),
        (131037, 403, "131037 the name of our phone number is not approved", ours),
        (131042, 400, "131042 our account cannot pay", ours),
        (131045, 500, "131045 our phone number is not registered", ours),
        (131047, 400, "131047 more than 24 hours since this person wrote last", Refused),
        (131050, 400, "131050 this person wants no marketing", Refused),
        (131051, 400, "131051 this kind of message is not known", Refused),
        (131052, 400, "131052 a file could not be fetched", Refused),
        (131053, 400, "131053 a file could not be stored", Refused),
        (131055, 400, "131055 only marketing may be sent here", Refused),
        (131057, 500, "131057 our account is in maintenance", ours),
        (131063, 400, "131063 no marketing may be sent here", Refused),
        (134011, 403, "134011 our account has not accepted the terms of payments", ours),
        (135000, 400, "135000 a parameter is wrong", Refused),
        (2494100, 400, "2494100 our phone number is in maintenance", ours),
        # Registration.
        (133000, 500, "133000 our phone number is not registered", ours),
        (133004, 503, "133004 the API is down or overloaded", ours),
        (133006, 400, "133006 our phone number is not registered", ours),
        (133010, 400, "133010 our phone number is not registered", ours),
        (133015, 400, "133015 our phone number is not registered", ours),
        # Templates.
        (132000, 400, "132000 the template has another number of variables", Refused),
        (132001, 404, "132001 there is no such template, or none that is approved in this language", Refused),
        (132005, 400, "132005 the template is too long with these values", Refused),
        (132007, 400, "132007 what stands in the template is against a policy", Refused),
        (132012, 400, "132012 a variable of the template has another form", Refused),
        (132016, 400, "132016 the template was switched off, since too many people did not want it", Refused),
        (132018, 400, "132018 what stands in a variable of the template is wrong", Refused),
        # Of flows and other calls than ours, as well as codes that nobody knows yet.
        (132068, 400, "code 132068", Refused),
        (132069, 400, "code 132069", Refused),
        (133005, 400, "code 133005", Refused),
        (133008, 400, "code 133008", Refused),
        (133009, 400, "code 133009", Refused),
        (134100, 400, "code 134100", Refused),
        (134101, 400, "code 134101", Refused),
        (134102, 400, "code 134102", Refused),
        (506, 400, "code 506", Refused),
        (999999, 400, "code 999999", Refused),
        (999999, 401, "code 999999", ours),
        (999999, 403, "code 999999", ours),
        (999999, 429, "code 999999", Deferred),
        (999999, 500, "code 999999", ours),
        (999999, 302, "code 999999", ours),
    ],
)
async def test_an_error_is_an_outcome_by_its_code(
    code: int, status: int, answer: str, outcome: Callable[[str], Outcome]
) -> None:
    assert await outcome_of(refused(code, status)) == outcome(answer)


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        (refused(100, 400, 33), ours("100 our phone number is not there or not ours")),
        (refused(999999, 400, is_transient=True), ours("code 999999")),
        (refused(131049, 400), Deferred("131049 Meta holds back what this person gets of marketing", 86_400_000)),
        (
            refused(132015, 400),
            Deferred("132015 the template rests, since too many people did not want it", 10_800_000),
        ),
        (replace(refused(130429, 429), headers={"Retry-After": "9"}), Deferred("130429 too many messages", 9_000)),
        (Says(429, b"slow down", {"Retry-After": "9"}), Deferred("429", 9_000)),
        (Says(400, b"<html>"), Refused("400")),
        (Says(404), ours("404")),
        (Says(502, b"<html>"), ours("502")),
        (Says(200, b"<html>"), Unknown("200 without an id")),
        (Says.json({"messages": [{}]}), Unknown("200 without an id")),
        (Says(hangs_up=True), Unknown("the connection was lost", at_fault=True)),
    ],
)
async def test_an_answer_in_another_form_is_an_outcome_too(says: Says, outcome: Outcome) -> None:
    assert await outcome_of(says) == outcome


async def test_an_answer_that_does_not_come_is_unknown() -> None:
    async with provider(Says(hangs=True)) as there:
        whatsapp = sender(there.url, lease_ms=300)
        assert await whatsapp.send(MESSAGE) == Unknown("no answer in time", at_fault=True)
        await whatsapp.close()
        assert len(there.asked) == 1


async def test_nobody_there_is_tried_elsewhere() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        whatsapp = sender(f"127.0.0.1:{held.getsockname()[1]}")
        assert await whatsapp.send(MESSAGE) == Deferred("no connection", elsewhere=True)
        await whatsapp.close()


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"text": "x" * 4097}, "the text is longer than 4096 characters"),
        ({"text": None}, "a message needs a text or a template"),
        ({"address": None}, "a message needs a number"),
        (template(header={"image": "http://a.example/b.png"}), "a file comes to no web address by https"),
        (template(header={"document": {"link": ""}}), "a file comes to no web address by https"),
        (template(body=[{"text": " \n"}]), "a variable of the template comes to nothing"),
        (template(buttons=[{"index": 0, "url": ""}]), "a variable of the template comes to nothing"),
    ],
)
async def test_what_whatsapp_would_not_take_is_not_sent(changes: Mapping[str, str | None], answer: str) -> None:
    async with provider(TAKEN) as there:
        delivery = replace(MESSAGE, **changes)  # type: ignore[arg-type]  # only texts
        assert await sent(there, delivery) == Refused(answer)
        assert there.asked == []


@pytest.mark.parametrize("says", [refused(131026, 400), refused(999999, 400), Says(hangs_up=True), TAKEN])
async def test_neither_token_nor_number_stands_in_an_answer_or_a_log(
    says: Says, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with provider(says) as there:
        whatsapp = sender(there.url)
        shown = f"{await whatsapp.send(MESSAGE)!r} {whatsapp!r} {caplog.text}"
        await whatsapp.close()

    for secret in (TOKEN, APP_SECRET, VERIFY, WA_ID):
        assert secret not in shown


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("whatsapp://", "WHATSAPP_URL: whatsapp needs a user and a secret before the @"),
        ("whatsapp://123@h/v21.0", "WHATSAPP_URL: whatsapp needs a user and a secret before the @"),
        (
            "whatsapp://hidden:hidden@h/v21.0",
            "WHATSAPP_URL: before the @ must stand a phone number's id and a token",
        ),
        (
            "whatsapp://123:hid%0Aden@h/v21.0",
            "WHATSAPP_URL: before the @ must stand a phone number's id and a token",
        ),
        ("whatsapp://123:hidden@h", "WHATSAPP_URL: the address must end with the API's version, like /v23.0"),
        ("whatsapp://123:hidden@h/v21.0?appsecret=hidden", "WHATSAPP_URL: whatsapp has no option appsecret"),
        ("http://123:hidden@h/v21.0", "WHATSAPP_URL must begin with whatsapp://"),
    ],
)
def test_a_wrong_url_names_the_variable_and_no_value(url: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=r"^WHATSAPP_URL") as caught:
        senders(Channel.WHATSAPP, DispatchSettings("redis://h", {"WHATSAPP_URL": (url,)}))

    assert str(caught.value) == complaint


def test_a_url_without_a_host_is_metas_own() -> None:
    [found] = senders(Channel.WHATSAPP, DispatchSettings("redis://h", {"WHATSAPP_URL": ("whatsapp://123:ABC@",)}))

    assert found.provider == "whatsapp"
    assert vars(found)["_url"] == "https://graph.facebook.com/v23.0/123/messages"
