from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

import orjson
import pytest

from dispatch.channels.whatsapp import WhatsappSender
from dispatch.hook import HookCall, HookReading, Inbound, Malformed, NotSigned
from graph.message_states import Happening
from graph.receipts.receipt import Receipt
from graph.vocabulary import IdentifierType

PHONE_ID, APP_SECRET, VERIFY = "106540352242922", "0123abc-app", "let-me-in"
WA_ID = "16505551234"
WAMID = "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI4MjZGRDA0OUE2OTQ3RkEyMzcA"
MESSAGE_ID = "msg_01JABCDEFG0123456789ABCDEF"
NOW_MS = 1_750_000_000_000
OPTIONS = f"?account=shop&app-secret={APP_SECRET}&verify={VERIFY}"


def sender(options: str = OPTIONS) -> WhatsappSender:
    return WhatsappSender.from_url(f"whatsapp://{PHONE_ID}:EAAG@h.example.com/v21.0{options}", "WHATSAPP_URL", 2_000)


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
        "biz_opaque_callback_data": MESSAGE_ID,
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
    said = status(kind, pricing={"billable": True, "category": "service"})
    found = reading({"statuses": [said]})

    assert found == HookReading(
        receipts=(
            Receipt(
                event_id=f"{WAMID}:{kind}",
                kind=kind,
                happening=happening,
                at_ms=1_749_416_383_000,
                provider_id=WAMID,
                message_id="msg_01JABCDEFG0123456789ABCDEF",
                raw=orjson.dumps(said).decode(),
            ),
        )
    )
    assert WA_ID not in repr(found)


@pytest.mark.parametrize(
    ("code", "reason", "is_soft"),
    [
        (131026, "131026 undeliverable", True),
        (131047, "131047 more than 24 hours since this person wrote last", False),
        (131049, "131049 Meta holds back what this person gets of marketing", False),
        (131042, "131042 our account cannot pay", False),
        (131056, "131056 too many messages to this number", False),
        (999999, "code 999999", False),
    ],
)
def test_a_failure_says_why_and_whether_it_speaks_against_the_number(code: int, reason: str, *, is_soft: bool) -> None:
    [receipt] = reading({"statuses": [failed(code)]}).receipts

    assert (receipt.happening, receipt.reason) == (Happening.BOUNCED, reason)
    assert (receipt.is_soft, receipt.is_dead) == (is_soft, False)
    assert WA_ID not in repr(receipt)


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
    assert (len(receipt.event_id), receipt.raw[:1]) == (64, "{")
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
