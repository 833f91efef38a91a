from __future__ import annotations

import hmac
import logging
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import orjson
import pytest

from dispatch.channels.registry import senders
from dispatch.channels.whatsapp import WhatsappSender
from dispatch.hook import HookCall, HookReading, Inbound, Malformed, NotSigned
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.settings import DispatchSettings
from graph.delivery import Delivery
from graph.message_states import Happening
from graph.reach import ReachFacts
from graph.receipts.receipt import Receipt
from graph.vocabulary import Channel, IdentifierType, MessagePurpose
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
NOW_MS = 1_750_000_000_000
OPTIONS = f"?account=shop&app-secret={APP_SECRET}&verify={VERIFY}"


def sender(base: str = "http://127.0.0.1:9", options: str = OPTIONS, lease_ms: int = 2_000) -> WhatsappSender:
    place = base.removeprefix("http://")
    return WhatsappSender.from_url(
        f"whatsapp+http://{PHONE_ID}:{TOKEN}@{place}/v21.0{options}", "WHATSAPP_URL", lease_ms
    )


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
        (131030, 400, "131030 our account may write to the numbers on its list only", ours),
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
        # Of templates, flows and other calls than ours, as well as codes that nobody knows yet.
        (132000, 400, "code 132000", Refused),
        (132001, 404, "code 132001", ours),
        (132005, 400, "code 132005", Refused),
        (132007, 400, "code 132007", Refused),
        (132012, 400, "code 132012", Refused),
        (132015, 400, "code 132015", Refused),
        (132016, 400, "code 132016", Refused),
        (132018, 400, "code 132018", Refused),
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
        (replace(refused(130429, 429), headers={"Retry-After": "9"}), Deferred("130429 too many messages", 9_000)),
        (Says(429, b"slow down", {"Retry-After": "9"}), Deferred("429", 9_000)),
        (Says(400, b"<html>"), Refused("400")),
        (Says(404), ours("404")),
        (Says(502, b"<html>"), ours("502")),
        (Says(200, b"<html>"), Unknown("200 without an id")),
        (Says.json({"messages": [{}]}), Unknown("200 without an id")),
        (Says(hangs_up=True), Unknown("the connection was lost")),
    ],
)
async def test_an_answer_in_another_form_is_an_outcome_too(says: Says, outcome: Outcome) -> None:
    assert await outcome_of(says) == outcome


async def test_an_answer_that_does_not_come_is_unknown() -> None:
    async with provider(Says(hangs=True)) as there:
        whatsapp = sender(there.url, lease_ms=300)
        assert await whatsapp.send(MESSAGE) == Unknown("no answer in time")
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
        ({"text": None}, "a message needs a number and a text"),
        ({"address": None}, "a message needs a number and a text"),
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


def signed(body: bytes, secret: str = APP_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()


def hook(content: object, signature: str | None = None) -> HookCall:
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    headers = {"x-hub-signature-256": signed(body) if signature is None else signature}
    return HookCall("POST", "https://c.example.com/hooks/whatsapp/shop", headers, {}, body, NOW_MS)


def told(*values: Mapping[str, object]) -> dict[str, object]:
    common = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": PHONE_ID},
    }
    changes = [{"value": {**common, **value}, "field": "messages"} for value in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": changes}]}


def status(kind: str, **more: object) -> dict[str, object]:
    return {
        "id": WAMID,
        "status": kind,
        "timestamp": "1749416383",
        "recipient_id": WA_ID,
        "biz_opaque_callback_data": MESSAGE.message_id,
        **more,
    }


def failed(code: int, **more: object) -> dict[str, object]:
    details = {"details": f"Message to {WA_ID} failed"}
    return status("failed", errors=[{"code": code, "title": "x", "message": "x", "error_data": details, **more}])


def written(kind: str, content: object, **more: object) -> dict[str, object]:
    return {"from": WA_ID, "id": WAMID, "timestamp": "1749416383", "type": kind, kind: content, **more}


def reading(*values: Mapping[str, object]) -> HookReading:
    return sender().read(hook(told(*values)))


@pytest.mark.parametrize(
    ("kind", "happening"),
    [
        ("sent", Happening.ACCEPTED),
        ("delivered", Happening.DELIVERED),
        ("read", Happening.OPENED),
        ("failed", Happening.BOUNCED),
        ("played", None),
        ("deleted", None),
    ],
)
def test_a_status_is_a_receipt_of_our_message(kind: str, happening: Happening | None) -> None:
    found = reading({"statuses": [status(kind, pricing={"billable": True, "category": "service"})]})

    assert found == HookReading(
        receipts=(
            Receipt(
                event_id=f"{WAMID}:{kind}",
                kind=kind,
                happening=happening,
                at_ms=1_749_416_383_000,
                provider_id=WAMID,
                message_id="msg_01JABCDEFG0123456789ABCDEF",
            ),
        )
    )
    assert WA_ID not in repr(found)


@pytest.mark.parametrize(
    ("code", "reason", "is_soft"),
    [
        (131026, "131026 undeliverable", False),
        (131047, "131047 more than 24 hours since this person wrote last", False),
        (131049, "131049 Meta holds back what this person gets of marketing", True),
        (131042, "131042 our account cannot pay", True),
        (131056, "131056 too many messages to this number", True),
        (999999, "code 999999", False),
    ],
)
def test_a_failure_says_why_without_the_number(code: int, reason: str, *, is_soft: bool) -> None:
    [receipt] = reading({"statuses": [failed(code)]}).receipts

    assert (receipt.happening, receipt.reason) == (Happening.BOUNCED, reason)
    assert (receipt.is_soft, receipt.is_dead) == (is_soft, False)


@pytest.mark.parametrize("data", ["", "campaign-7", "prf_01JABCDEFG0123456789ABCDEF", 7, None])
def test_what_others_let_meta_carry_is_not_our_id(data: object) -> None:
    [receipt] = reading({"statuses": [status("sent", biz_opaque_callback_data=data)]}).receipts

    assert (receipt.message_id, receipt.provider_id) == (None, WAMID)


CONTACTS = [{"profile": {"name": "Rita Reader"}, "wa_id": WA_ID}]


def test_what_somebody_writes_is_inbound_of_their_number() -> None:
    answer = written("text", {"body": "Yes, please"}, context={"from": "15550783881", "id": "wamid.OURS"})
    found = reading({"contacts": CONTACTS, "messages": [answer]})

    assert found == HookReading(
        inbound=(
            Inbound(
                event_id=WAMID,
                at_ms=1_749_416_383_000,
                type=IdentifierType.WHATSAPP,
                value="+16505551234",
                text="Yes, please",
                reply_to="wamid.OURS",
                name="Rita Reader",
            ),
        )
    )
    for secret in (WA_ID, "Rita", "please"):
        assert secret not in repr(found)


@pytest.mark.parametrize(
    ("message", "text", "reply_to"),
    [
        (written("text", {"body": "Hi"}), "Hi", None),
        (written("text", {"body": "Hi"}, context={"forwarded": True}), "Hi", None),
        (written("button", {"payload": "stop-1", "text": "Stop"}, context={"id": "wamid.A"}), "Stop", "wamid.A"),
        (written("interactive", {"type": "button_reply", "button_reply": {"id": "1", "title": "Yes"}}), "Yes", None),
        (written("interactive", {"type": "list_reply", "list_reply": {"id": "1", "title": "Red"}}), "Red", None),
        (written("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}), "", None),
        (written("reaction", {"message_id": "wamid.A", "emoji": "👍"}), "👍", "wamid.A"),
        (written("reaction", {"message_id": "wamid.A"}), "", "wamid.A"),
        (written("image", {"id": "1", "mime_type": "image/jpeg", "caption": "Like this"}), "Like this", None),
        (written("audio", {"id": "1", "voice": True}), "", None),
        (written("location", {"latitude": 1.0, "longitude": 2.0}), "", None),
        (written("unsupported", {"type": "poll"}, errors=[{"code": 131051}]), "", None),
        (written("something_new", []), "", None),
    ],
)
def test_every_kind_of_message_that_somebody_wrote_is_inbound(
    message: Mapping[str, object], text: str, reply_to: str | None
) -> None:
    [inbound] = reading({"messages": [message]}).inbound

    assert (inbound.text, inbound.reply_to, inbound.name) == (text, reply_to, None)


@pytest.mark.parametrize(
    ("wa_id", "number"),
    [("442079460000", "+442079460000"), ("5215512345678", "+525512345678"), ("525512345678", "+525512345678")],
)
def test_a_number_is_the_one_that_a_subscription_has(wa_id: str, number: str) -> None:
    [inbound] = reading({"messages": [{**written("text", {"body": "Hi"}), "from": wa_id}]}).inbound

    assert inbound.value == number


def test_one_call_holds_many_things() -> None:
    one = told({"statuses": [status("sent"), status("delivered")]}, {"messages": [written("text", {"body": "Hi"})]})
    two = told({"statuses": [status("read")]})
    found = sender().read(hook({**one, "entry": [*as_list(one["entry"]), *as_list(two["entry"])]}))

    assert [each.kind for each in found.receipts] == ["sent", "delivered", "read"]
    assert [each.text for each in found.inbound] == ["Hi"]


def as_list(found: object) -> list[object]:
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("value", "kind", "reason"),
    [
        ({"statuses": [{"status": "sent"}]}, "statuses", None),
        ({"statuses": [status("sent", timestamp="soon")]}, "statuses", None),
        ({"messages": [written("system", {"type": "user_changed_number", "wa_id": "1"})]}, "messages.system", None),
        ({"messages": [{**written("text", {"body": "Hi"}), "from": ""}]}, "messages.text", None),
        ({"messages": [{**written("text", {"body": "Hi"}), "from": "US.13491208655302741918"}]}, "messages.text", None),
        ({"messages": [{**written("text", {"body": "Hi"}), "from": "99999999999999"}]}, "messages.text", None),
        ({"errors": [{"code": 130429, "title": "x"}]}, "errors", "130429 too many messages"),
    ],
)
def test_what_nobody_reads_yet_is_kept_and_changes_nothing(
    value: Mapping[str, object], kind: str, reason: str | None
) -> None:
    first, again = reading(value), reading(value)

    [receipt] = first.receipts
    assert (receipt.kind, receipt.happening, receipt.reason, receipt.at_ms) == (kind, None, reason, NOW_MS)
    assert len(receipt.event_id) == 64
    assert (first, first.inbound) == (again, ())
    assert WA_ID not in repr(receipt)


def test_another_field_is_kept_with_its_time() -> None:
    change = {"field": "user_preferences", "value": {"user_preferences": [{"wa_id": WA_ID, "value": "stop"}]}}
    calls = [
        hook({"object": "whatsapp_business_account", "entry": [{"id": "1", "time": time, "changes": [change]}]})
        for time in (1_739_321_024, 1_739_321_024, 1_739_321_025)
    ]
    first, again, later = (sender().read(call).receipts[0] for call in calls)

    assert (first.kind, first.happening, first.at_ms) == ("user_preferences", None, 1_739_321_024_000)
    assert first == again
    assert first.event_id != later.event_id


def test_a_call_that_comes_twice_tells_the_same_events() -> None:
    call = hook(told({"statuses": [status("sent"), failed(131026)], "messages": [written("text", {"body": "Hi"})]}))

    assert sender().read(call) == sender().read(call)


BODY = orjson.dumps(told({"statuses": [status("sent")]}))


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        signed(BODY).removeprefix("sha256="),
        signed(BODY)[:-1],
        signed(BODY + b" "),
        signed(BODY, "another"),
        signed(BODY, ""),
        "sha1=" + hmac.new(APP_SECRET.encode(), BODY, "sha1").hexdigest(),
        "sha256=é",
    ],
)
def test_a_call_with_another_signature_is_not_looked_at(signature: str) -> None:
    assert len(sender().read(hook(BODY)).receipts) == 1

    for body in (BODY, b"garbage"):
        with pytest.raises(NotSigned, match=r"^the signature of WhatsApp is missing or wrong$"):
            sender().read(hook(body, signature))


def test_a_call_without_a_signature_is_not_looked_at() -> None:
    with pytest.raises(NotSigned):
        sender().read(replace(hook(BODY), headers={}))


@pytest.mark.parametrize("options", ["", "?app-secret=", f"?verify={VERIFY}"])
def test_without_an_app_secret_nothing_is_read(options: str) -> None:
    with pytest.raises(NotSigned):
        sender(options=options).read(hook(BODY, signed(BODY, "")))


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "a call of WhatsApp is not JSON"),
        (b"{garbage", "a call of WhatsApp is not JSON"),
        (b"[1]", "a call of WhatsApp is not a JSON object"),
        (b"{}", "a call of WhatsApp is not about an account"),
        (b'{"object": "page", "entry": []}', "a call of WhatsApp is not about an account"),
        (b'{"object": "whatsapp_business_account"}', "a call of WhatsApp is not about an account"),
    ],
)
def test_what_is_no_call_of_whatsapp_is_malformed(body: bytes, complaint: str) -> None:
    with pytest.raises(Malformed) as caught:
        sender().read(hook(body))

    assert str(caught.value) == complaint


def verification(**changes: str) -> HookCall:
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    given = {f"hub.{name}": value for name, value in changes.items()}
    return HookCall("GET", "https://c.example.com/hooks/whatsapp/shop", {}, {**query, **given}, b"", NOW_MS)


def test_meta_hears_its_challenge_again_when_it_verifies_the_address() -> None:
    assert sender().read(verification()) == HookReading(answer=b"1158201444", media_type="text/plain")


@pytest.mark.parametrize("token", ["", "let-me-i", "let-me-in2", "é"])
def test_another_verify_token_is_not_signed(token: str) -> None:
    with pytest.raises(NotSigned, match=r"^the verify token is missing or wrong$"):
        sender().read(verification(verify_token=token))


@pytest.mark.parametrize("options", ["", "?verify=", f"?app-secret={APP_SECRET}"])
def test_without_a_verify_token_of_ours_nothing_is_verified(options: str) -> None:
    with pytest.raises(NotSigned):
        sender(options=options).read(verification(verify_token=""))


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "unsubscribe"},
        {"mode": ""},
        {"challenge": ""},
        {"challenge": "<script>"},
        {"challenge": "1\r\n2"},
        {"challenge": "1" * 129},
    ],
)
def test_a_challenge_that_is_none_is_not_answered(changes: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        sender().read(verification(**changes))
