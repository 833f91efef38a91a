from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.channels.channel import HookReader
from dispatch.channels.viber import ViberSender
from dispatch.hook import Departure, HookCall, HookReading, Inbound, Malformed, NotSigned
from graph.message_states import Happening
from graph.receipts.receipt import Receipt
from graph.vocabulary import IdentifierType

TOKEN = "hush0123456789abcdef-fedcba9876543210"
CHAT = "01234567890A="
MESSAGE_TOKEN = 4912661846655238145
AT = 1_457_764_197_627
NOW = 1_700_000_000_000
READER = ViberSender.from_url(f"viber://:{TOKEN}@?sender=Shop", "VIBER_URL", 1_000)


def call(said: object) -> HookCall:
    body = said if isinstance(said, bytes) else orjson.dumps(said)
    headers = {"x-viber-content-signature": hmac.digest(TOKEN.encode(), body, "sha256").hex()}
    return HookCall("POST", "https://customers.example.com/hooks/viber/viber", headers, {}, body, NOW)


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {"event": kind, "timestamp": AT, "message_token": MESSAGE_TOKEN, "user_id": CHAT, **more}


WRITTEN = event(
    "message",
    sender={"id": CHAT, "name": "A Person", "avatar": "https://a.example.com", "country": "UK", "api_version": 1},
    message={"type": "text", "text": "a message to the service", "tracking_data": "msg_01JABCDEFG0123456789ABCDEF"},
)


def test_it_reads_hooks() -> None:
    assert isinstance(READER, HookReader)


@pytest.mark.parametrize(
    ("kind", "happening"),
    [
        ("delivered", Happening.DELIVERED),
        ("seen", Happening.OPENED),
        ("failed", Happening.BOUNCED),
        ("new_one", None),
    ],
)
def test_an_event_of_a_message_is_a_receipt(kind: str, happening: Happening | None) -> None:
    token = str(MESSAGE_TOKEN)

    assert READER.read(call(event(kind))) == HookReading(
        receipts=(
            Receipt(f"{token}:{kind}", kind, happening, AT, provider_id=token, raw=orjson.dumps(event(kind)).decode()),
        )
    )


def test_a_failure_says_why_without_the_address() -> None:
    [found] = READER.read(call(event("failed", desc=f"failure\ndescription of {CHAT}"))).receipts

    assert found.reason == "failure description of <address>"
    assert (found.is_dead, found.is_soft) == (False, False)


def test_the_same_call_twice_is_the_same_event() -> None:
    ids = [READER.read(call(event(kind))).receipts[0].event_id for kind in ("seen", "seen", "delivered")]

    assert ids[0] == ids[1] != ids[2]


def test_a_message_from_a_person_is_inbound() -> None:
    assert READER.read(call(WRITTEN)) == HookReading(
        inbound=(
            Inbound(
                event_id="4912661846655238145:message",
                at_ms=AT,
                type=IdentifierType.VIBER,
                value=CHAT,
                text="a message to the service",
                namespace="viber",
                name="A Person",
                message_id="msg_01JABCDEFG0123456789ABCDEF",
            ),
        )
    )


def test_who_left_the_bot_has_departed() -> None:
    reading = READER.read(call(event("unsubscribed")))

    departure = Departure("4912661846655238145:unsubscribed", AT, IdentifierType.VIBER, CHAT, "viber")
    assert reading == HookReading(departures=(departure,))
    assert CHAT not in repr(reading)


def test_who_left_without_an_id_is_malformed() -> None:
    with pytest.raises(Malformed, match=r"^there is no user_id$"):
        READER.read(call(event("unsubscribed", user_id=None)))


def test_a_picture_has_no_text_and_a_person_needs_no_name() -> None:
    [found] = READER.read(call({**WRITTEN, "sender": {"id": CHAT}, "message": {"type": "picture"}})).inbound

    assert (found.value, found.text, found.name) == (CHAT, "", None)


@pytest.mark.parametrize("at", [None, "soon", 1.5, True])
def test_an_event_without_a_time_is_of_now(at: object) -> None:
    assert READER.read(call(event("seen", timestamp=at))).receipts[0].at_ms == NOW


@pytest.mark.parametrize(
    "said",
    [
        {"event": "webhook", "timestamp": AT, "message_token": "241256543215"},
        {"event": "webhook", "timestamp": AT},
        event("subscribed", user={"id": CHAT, "name": "A Person"}),
        event("conversation_started", type="open", user={"id": CHAT}, subscribed=False),
    ],
)
def test_what_happens_to_the_bot_is_answered_and_says_nothing(said: object) -> None:
    assert READER.read(call(said)) == HookReading()


@pytest.mark.parametrize(
    "changed",
    [
        replace(call(WRITTEN), headers={}),
        replace(call(WRITTEN), headers={"x-viber-content-signature": ""}),
        replace(call(WRITTEN), headers={"x-viber-content-signature": "Ж"}),
        replace(call(WRITTEN), headers=call(event("seen")).headers),
        replace(call(WRITTEN), body=call(WRITTEN).body.replace(b"service", b"servant")),
        replace(call(WRITTEN), body=call(WRITTEN).body + b" "),
        replace(call(WRITTEN), body=b""),
    ],
)
def test_what_viber_did_not_sign_is_not_looked_at(changed: HookCall) -> None:
    with pytest.raises(NotSigned, match=r"^the signature of Viber does not fit$"):
        READER.read(changed)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{",
        b"\xff",
        [],
        {},
        {"event": 7, "message_token": 1},
        {"event": "", "message_token": 1},
        {"event": "seen"},
        {"event": "seen", "message_token": 1.5},
        {**WRITTEN, "sender": None},
        {**WRITTEN, "sender": {"id": 7}},
        {**WRITTEN, "message": "text"},
    ],
)
def test_what_is_signed_and_cannot_be_read_is_malformed(said: object) -> None:
    with pytest.raises(Malformed) as caught:
        READER.read(call(said))

    assert CHAT not in str(caught.value)


@given(st.binary(), st.binary())
def test_only_the_body_that_was_signed_is_read(signed: bytes, sent_body: bytes) -> None:
    found = replace(call(signed), body=sent_body)

    with pytest.raises(Malformed if signed == sent_body else NotSigned):
        READER.read(found)
