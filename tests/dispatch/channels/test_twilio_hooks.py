from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from dispatch.channels.channel import HookReader
from dispatch.channels.twilio import TwilioSender
from dispatch.hook import Departure, HookCall, HookReading, Inbound, Malformed, NotSigned
from graph.message_states import Happening
from graph.receipts.receipt import Receipt
from graph.vocabulary import IdentifierType

TOKEN = "hush0123456789abcdef"
URL = "https://customers.example.com/hooks/sms/twilio"
NOW = 1_700_000_000_000
# As Twilio's guides show them.
STATUS = {
    "SmsSid": "SM01",
    "SmsStatus": "delivered",
    "MessageStatus": "delivered",
    "To": "+15005550009",
    "MessageSid": "SM01",
    "AccountSid": "AC01",
    "From": "+15005550006",
    "ApiVersion": "2010-04-01",
    "RawDlrDoneDate": "2401011200",
}
INBOUND = {
    "ToCountry": "US",
    "SmsMessageSid": "SM02",
    "NumMedia": "0",
    "SmsSid": "SM02",
    "SmsStatus": "received",
    "Body": "stop please & thanks ☀",
    "To": "+15005550006",
    "NumSegments": "1",
    "MessageSid": "SM02",
    "AccountSid": "AC01",
    "From": "+15005550009",
    "ApiVersion": "2010-04-01",
}
VALIDATOR = RequestValidator(TOKEN)
READER = TwilioSender.from_url(f"twilio://AC01:{TOKEN}@?from=Shop", "SMS_URL", 1_000)


class Form(dict[str, list[str]]):
    """A form with a name more than once, as the validator knows it from Django."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def call(form: Mapping[str, str], url: str = URL, query: Mapping[str, str] | None = None) -> HookCall:
    headers = {"x-twilio-signature": VALIDATOR.compute_signature(url, form)}
    return HookCall("POST", url, headers, query or {}, urlencode(form).encode(), NOW)


def receipt(**changes: str) -> Receipt:
    reading = READER.read(call({**STATUS, **changes}))
    assert (reading.inbound, reading.answer) == ((), b"")
    [found] = reading.receipts
    return found


def test_a_message_that_met_a_stop_tells_of_that_too() -> None:
    reading = READER.read(call({**STATUS, "MessageStatus": "undelivered", "ErrorCode": "21610"}))

    departure = Departure("SM01:stop", NOW, IdentifierType.PHONE, "+15005550009", by_word=True)
    assert (reading.departures, reading.receipts[0].event_id) == ((departure,), "SM01:undelivered")
    assert "5550009" not in repr(reading.departures)
    for changes in ({"ErrorCode": "21610", "To": "whatsapp:+15005550009"}, {"ErrorCode": "30005"}, {}):
        assert READER.read(call({**STATUS, "MessageStatus": "undelivered", **changes})).departures == ()


def test_it_reads_hooks() -> None:
    assert isinstance(READER, HookReader)


def test_a_receipt_says_what_happened_to_which_message() -> None:
    assert receipt() == Receipt(
        "SM01:delivered", "delivered", Happening.DELIVERED, NOW, provider_id="SM01", raw=urlencode(STATUS)
    )
    assert STATUS["To"] not in repr(receipt())


@pytest.mark.parametrize(
    ("status", "happening"),
    [
        ("accepted", Happening.ACCEPTED),
        ("scheduled", Happening.ACCEPTED),
        ("queued", Happening.ACCEPTED),
        ("sending", Happening.ACCEPTED),
        ("sent", Happening.ACCEPTED),
        ("delivered", Happening.DELIVERED),
        ("read", Happening.OPENED),
        ("undelivered", Happening.BOUNCED),
        ("failed", Happening.BOUNCED),
        ("canceled", Happening.BOUNCED),
        ("partially_delivered", None),
        ("new_one", None),
    ],
)
def test_every_status_is_a_happening(status: str, happening: Happening | None) -> None:
    found = receipt(MessageStatus=status, SmsStatus=status)

    assert (found.event_id, found.kind, found.happening) == (f"SM01:{status}", status, happening)
    assert (found.is_dead, found.is_soft) == (False, False)


@pytest.mark.parametrize(
    ("code", "reason", "is_dead", "is_soft"),
    [
        ("30003", "30003 it may work another time", False, True),
        ("30008", "30008 it may work another time", False, True),
        ("30017", "30017 it may work another time", False, True),
        ("30410", "30410 it may work another time", False, True),
        ("30005", "30005 the number cannot take a text message", True, False),
        ("30006", "30006 the number cannot take a text message", True, False),
        ("21211", "21211 the number cannot take a text message", True, False),
        ("21610", "21610 the person said STOP", False, False),
        ("30001", "30001 the account, its sender or Twilio itself cannot send", False, False),
        ("30002", "30002 the account, its sender or Twilio itself cannot send", False, False),
        ("30034", "30034 the account, its sender or Twilio itself cannot send", False, False),
        ("30004", "30004 this message cannot go to this number", False, False),
        ("30007", "30007 this message cannot go to this number", False, False),
        ("39999", "undelivered 39999", False, False),
        ("+15005550009", "undelivered", False, False),
        ("", "undelivered", False, False),
    ],
)
def test_a_bounce_says_why(code: str, reason: str, *, is_dead: bool, is_soft: bool) -> None:
    found = receipt(MessageStatus="undelivered", ErrorCode=code)

    assert (found.reason, found.is_dead, found.is_soft) == (reason, is_dead, is_soft)


def test_a_code_beside_what_is_no_bounce_says_nothing() -> None:
    found = receipt(MessageStatus="delivered", ErrorCode="30005")

    assert (found.reason, found.is_dead) == (None, False)


def test_the_message_is_named_where_the_address_carried_it() -> None:
    signed = call(STATUS, f"{URL}?message=msg_01", {"message": "msg_01"})

    [found] = READER.read(signed).receipts

    assert (found.message_id, found.provider_id) == ("msg_01", "SM01")
    with pytest.raises(NotSigned):
        READER.read(replace(signed, url=f"{URL}?message=msg_02", query={"message": "msg_02"}))


def test_the_same_call_twice_is_the_same_event() -> None:
    first, again = (READER.read(replace(call(STATUS), now_ms=at)).receipts[0] for at in (NOW, NOW + 1))

    assert first.event_id == again.event_id != receipt(MessageStatus="sent").event_id


def test_a_message_from_a_person_is_inbound_and_answered_with_nothing_to_say() -> None:
    assert READER.read(call(INBOUND)) == HookReading(
        inbound=(Inbound("SM02:received", NOW, IdentifierType.PHONE, "+15005550009", "stop please & thanks ☀"),),
        answer=b"<Response/>",
        media_type="text/xml",
    )


@pytest.mark.parametrize("body", ["", " "])
def test_a_message_may_say_nothing(body: str) -> None:
    [found] = READER.read(call({**INBOUND, "Body": body})).inbound

    assert found.text == body


def test_a_message_names_what_it_answers() -> None:
    [found] = READER.read(call({**INBOUND, "OriginalRepliedMessageSid": "SM01"})).inbound

    assert found.reply_to == "SM01"


def test_a_message_without_a_status_is_inbound_too() -> None:
    form = {name: value for name, value in INBOUND.items() if name != "SmsStatus"}

    assert len(READER.read(call(form)).inbound) == 1


@pytest.mark.parametrize("sender", ["12345", "Bank", "whatsapp:+15005550009", ""])
def test_a_message_from_no_number_is_nobodys(sender: str) -> None:
    found = READER.read(call({**INBOUND, "From": sender}))

    assert (found.receipts, found.inbound, found.answer) == ((), (), b"<Response/>")


@pytest.mark.parametrize(
    "changed",
    [
        replace(call(STATUS), headers={}),
        replace(call(STATUS), headers={"x-twilio-signature": ""}),
        replace(call(STATUS), headers={"x-twilio-signature": "Ж"}),
        replace(call(STATUS), headers={"x-twilio-signature": call(INBOUND).headers["x-twilio-signature"]}),
        replace(call(STATUS), body=call(STATUS).body.replace(b"SM01", b"SM03")),
        replace(call(STATUS), body=call(STATUS).body + b"&More=1"),
        replace(call(STATUS), body=b""),
        replace(call(STATUS), body=b"\xff\x00garbage"),
        replace(call(STATUS), url=URL.replace("customers", "evil")),
        replace(call(STATUS), url=f"{URL}?a=b"),
        replace(call(STATUS), query={"bodySHA256": hashlib.sha256(call(STATUS).body).hexdigest()}),
    ],
)
def test_what_twilio_did_not_sign_is_not_looked_at(changed: HookCall) -> None:
    with pytest.raises(NotSigned, match=r"^the signature of Twilio does not fit$"):
        READER.read(changed)


@pytest.mark.parametrize(
    "form", [{}, {"MessageSid": "SM01"}, {"MessageStatus": "sent"}, {"MessageSid": "", "Body": "x"}]
)
def test_what_is_signed_and_says_nothing_is_malformed(form: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        READER.read(call(form))


def json_call(body: bytes) -> HookCall:
    body_hash = hashlib.sha256(body).hexdigest()
    url = f"{URL}?bodySHA256={body_hash}"
    headers = {"x-twilio-signature": VALIDATOR.compute_signature(url, {})}
    return HookCall("POST", url, headers, {"bodySHA256": body_hash}, body, NOW)


def test_a_body_of_json_is_held_to_the_hash_in_the_address() -> None:
    body = b'{"MessageSid":"SM01","MessageStatus":"undelivered","ErrorCode":30005,"More":null}'
    signed = json_call(body)

    assert VALIDATOR.validate(signed.url, body.decode(), signed.headers["x-twilio-signature"])
    [found] = READER.read(signed).receipts
    assert (found.event_id, found.is_dead) == ("SM01:undelivered", True)
    with pytest.raises(NotSigned):
        READER.read(replace(signed, body=body.replace(b"SM01", b"SM02")))
    with pytest.raises(NotSigned):
        READER.read(replace(signed, headers={}))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_garbage_that_is_signed_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        READER.read(json_call(body))


@pytest.mark.parametrize("signed", ["https://c.example.com:443/h", "https://c.example.com/h"])
@pytest.mark.parametrize("known", ["https://c.example.com:443/h", "https://c.example.com/h"])
def test_the_port_may_be_written_down_or_not(known: str, signed: str) -> None:
    """Twilio's own libraries accept both, because Twilio signs both."""
    found = replace(call(STATUS, signed), url=known)

    assert VALIDATOR.validate(known, STATUS, found.headers["x-twilio-signature"])
    assert len(READER.read(found).receipts) == 1


def accepts(found: HookCall) -> bool:
    try:
        READER.read(found)
    except NotSigned:
        return False
    except Malformed:
        return True
    return True


FORMS = st.dictionaries(st.text(), st.text(), max_size=6)
URLS = st.sampled_from([URL, f"{URL}:8443", "https://c.example.com:8443/h?a=b%20c", "http://c.example.com/h"])


@given(FORMS, URLS)
def test_what_the_validator_signs_is_accepted(form: dict[str, str], url: str) -> None:
    assert accepts(call(form, url))


@given(st.dictionaries(st.text(), st.lists(st.text(), min_size=1, max_size=3), max_size=4))
def test_names_that_stand_more_than_once_are_signed_with_all_their_values(form: dict[str, list[str]]) -> None:
    signature = VALIDATOR.compute_signature(URL, Form(form))
    found = replace(call({}), headers={"x-twilio-signature": signature}, body=urlencode(form, doseq=True).encode())

    assert accepts(found)
    assert VALIDATOR.validate(URL, Form(form), signature)


@given(FORMS, st.none() | FORMS, URLS, st.sampled_from([TOKEN, "another"]))
def test_what_is_accepted_is_what_the_validator_accepts(
    signed: dict[str, str], other: dict[str, str] | None, url: str, token: str
) -> None:
    sent = signed if other is None else other
    signature = RequestValidator(token).compute_signature(url, signed)
    found = replace(call(sent, url), headers={"x-twilio-signature": signature})

    assert accepts(found) is VALIDATOR.validate(url, sent, signature)
