from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from dispatch.hook import Departure, HookCall, HookReading, Inbound, Malformed, NotSigned
from dispatch.http_client import HttpAnswer, HttpClient, outcome_of
from dispatch.json_object import JsonObject
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.provider_account import ProviderAccount
from graph.delivery import Delivery
from graph.message_states import Happening
from graph.receipts.receipt import Receipt
from graph.vocabulary import IdentifierType

_BASE_URL: Final = "https://api.twilio.com"
# Anything else may be an address of another of Twilio's channels, as `whatsapp:+15550001`.
_E164: Final = re.compile(r"\+[1-9][0-9]{1,14}")
_PUBLIC_URL: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~/-]*)?")
# Twilio keeps no reference of ours, but calls back with the query that the address has.
_MESSAGE: Final = "message"
_BODY_HASH: Final = "bodySHA256"
_TWIML: Final = b"<Response/>"
_PORTS: Final = {"https": 443, "http": 80}

_CREATED: Final = 201
_SUCCESS: Final = 2
_NOT_OURS: Final = frozenset({401, 403, 404})
_TOO_MANY: Final = 429
_BAD_REQUEST: Final = 400
_SERVER_ERROR: Final = 500


class _Fault(StrEnum):
    """What is at fault, in words that may be shown."""

    ADDRESS = "the number cannot take a text message"
    STOP = "the person said STOP"
    MESSAGE = "this message cannot go to this number"
    ACCOUNT = "the account, its sender or Twilio itself cannot send"
    LATER = "it may work another time"


# Twilio's error dictionary, as far as it is about text messages without media: what the Messages resource answers, and
# what a receipt of a message that was not delivered says.
CODES: Final[Mapping[str, _Fault]] = {
    code: fault
    for fault, codes in {
        _Fault.ADDRESS: "21211 21217 21265 21268 21614 21635 30005 30006",
        _Fault.STOP: "21610",
        _Fault.MESSAGE: "20422 21214 21216 21266 21408 21602 21604 21605 21612 21617 21618 21619 21624 21653 21658 "
        "30004 30007 30010 30012 30013 30014 30015 30016 30018 30019 30044 30400 30450",
        _Fault.ACCOUNT: "10001 10002 20003 20004 20005 20006 20008 20010 20011 20012 20403 20404 20410 20423 20426 "
        "20500 20503 21212 21267 21601 21603 21606 21607 21608 21609 21611 21616 21657 21659 21660 21661 21701 21702 "
        "21703 21704 21705 21708 21709 21730 30001 30002 30020 30021 30022 30023 30024 30027 30028 30032 30033 30034 "
        "30035 30036 30404 30500 63017 63038",
        _Fault.LATER: "14107 20429 30003 30008 30017 30410",
    }.items()
    for code in codes.split()
}

_HAPPENINGS: Final[Mapping[str, Happening]] = {
    # All that says no more than that Twilio has the message.
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), Happening.ACCEPTED),
    "delivered": Happening.DELIVERED,
    "read": Happening.OPENED,
    **dict.fromkeys(("undelivered", "failed", "canceled"), Happening.BOUNCED),
}


class TwilioSender:
    """Text messages by Twilio's Messages API of 2010-04-01, and what Twilio calls back.

    The API knows no idempotency key: a message whose answer was lost may have been taken.
    """

    def __init__(self, account: ProviderAccount, lease_ms: int) -> None:
        """Raises ValueError that names the variable and the option which is missing or wrong."""
        account.refuse_others("from", "service", "callback")
        sid, token = account.need_user_and_secret()
        self.provider = account.name
        self._sender = _sender(account)
        self._callback = _callback(account)
        self._url = f"{account.base_url}/2010-04-01/Accounts/{quote(sid, safe='')}/Messages.json"
        self._token = token.encode()
        self._headers = {
            "Authorization": f"Basic {b64encode(f'{sid}:{token}'.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._client = HttpClient(lease_ms)

    @classmethod
    def from_url(cls, url: str, variable: str, lease_ms: int) -> TwilioSender:
        """`twilio://<AccountSid>:<AuthToken>@?from=<sender>`, or `service` in place of `from`.

        With `callback=<how the world reaches the gateway>` Twilio is asked for receipts. Raises ValueError.
        """
        return cls(ProviderAccount.from_url(url, variable, _BASE_URL), lease_ms)

    async def close(self) -> None:
        await self._client.close()

    async def send(self, delivery: Delivery) -> Outcome:
        if not _E164.fullmatch(delivery.address or ""):
            return Refused("the address is not a number with its country's code")
        if not delivery.text:
            return Refused("there is no text")
        form = {"To": delivery.address, **self._sender, "Body": delivery.text}
        if self._callback is not None:
            form["StatusCallback"] = f"{self._callback}?{urlencode({_MESSAGE: delivery.message_id})}"
        return await outcome_of(self._client.post(self._url, urlencode(form).encode(), self._headers), _outcome)

    def read(self, call: HookCall) -> HookReading:
        """Raises NotSigned before anything of the call is looked at, and Malformed for what cannot be read.

        Messages from what is not a number with its country's code, as a short code, are nobody's and left out.
        """
        fields = self._signed(call)
        sid, status = fields.get("MessageSid"), fields.get("MessageStatus") or fields.get("SmsStatus")
        if not sid:
            raise Malformed("there is no MessageSid")
        if "Body" in fields and status in {None, "received"}:
            return HookReading(inbound=_inbound(sid, fields, call.now_ms), answer=_TWIML, media_type="text/xml")
        if not status:
            raise Malformed("there is no MessageStatus")
        return HookReading((_receipt(sid, status, fields, call),), departures=_departures(sid, fields, call.now_ms))

    def _signed(self, call: HookCall) -> Mapping[str, str]:
        """The call's parameters once its signature fits."""
        body_hash = call.query.get(_BODY_HASH)
        # The address holds the hash of a body that is no form, and with that is signed as it is.
        form = [] if body_hash else parse_qsl(call.body.decode(errors="replace"), keep_blank_values=True)
        signed = "".join(name + value for name, value in sorted(set(form)))
        given = call.headers.get("x-twilio-signature", "")
        fits = [_is_same(self._signature(url + signed), given) for url in _urls(call.url)]
        is_whole = not body_hash or _is_same(hashlib.sha256(call.body).hexdigest(), body_hash)
        if not (is_whole and any(fits)):
            raise NotSigned("the signature of Twilio does not fit")
        return _json(call.body) if body_hash else dict(form)

    def _signature(self, text: str) -> str:
        return b64encode(hmac.digest(self._token, text.encode(errors="replace"), "sha1")).decode()


def _sender(account: ProviderAccount) -> Mapping[str, str]:
    if bool(account.options.get("from")) == bool(account.options.get("service")):
        raise ValueError(f"{account.variable}: twilio needs one of the options from and service")
    if account.options.get("service"):
        return {"MessagingServiceSid": account.need("service")}
    sender = account.need("from")
    # A plus that was not written as %2B is a space in a query, with which no sender begins.
    return {"From": f"+{sender[1:]}" if sender.startswith(" ") else sender}


def _callback(account: ProviderAccount) -> str | None:
    """Where Twilio says how messages fare, None where nobody asked for it."""
    if "callback" not in account.options:
        return None
    public_url = account.need("callback").rstrip("/")
    if not _PUBLIC_URL.fullmatch(public_url):
        raise ValueError(f"{account.variable}: callback must be like https://customers.example.com, without a query")
    return f"{public_url}/hooks/sms/{account.name}"


def _outcome(answer: HttpAnswer) -> Outcome:
    said = answer.json()
    if answer.status == _CREATED:
        sid = said.get("sid")
        return Accepted("201 created", sid if isinstance(sid, str) and sid else None)
    if answer.status // 100 == _SUCCESS:
        return Unknown(f"{answer.status} is not an answer of Twilio")
    code = said.get("code")
    known = CODES.get(str(code)) if isinstance(code, int) else None
    fault = known or _fault_of(answer.status)
    text = f"{code if known else answer.status} {fault}"
    match fault:
        case _Fault.LATER:
            return Deferred(text, answer.retry_after_ms)
        case _Fault.ACCOUNT:
            return Deferred(text, answer.retry_after_ms, elsewhere=True)
        case _:
            return Refused(text, suppress=fault is _Fault.ADDRESS, opted_out=fault is _Fault.STOP)


def _fault_of(status: int) -> _Fault:
    """For a code that the dictionary did not have, or none: a redirect is a wrong address of the provider."""
    if status == _TOO_MANY:
        return _Fault.LATER
    if status in _NOT_OURS or status < _BAD_REQUEST or status >= _SERVER_ERROR:
        return _Fault.ACCOUNT
    return _Fault.MESSAGE


def _receipt(sid: str, status: str, fields: Mapping[str, str], call: HookCall) -> Receipt:
    happening = _HAPPENINGS.get(status)
    code = fields.get("ErrorCode", "")
    fault = CODES.get(code) if happening is Happening.BOUNCED else None
    return Receipt(
        event_id=f"{sid}:{status}",
        kind=status,
        happening=happening,
        # Twilio does not say when.
        at_ms=call.now_ms,
        provider_id=sid,
        message_id=call.query.get(_MESSAGE) or None,
        reason=_reason(status, code, fault) if happening is Happening.BOUNCED else None,
        is_dead=fault is _Fault.ADDRESS,
        is_soft=fault is _Fault.LATER,
        raw=call.body.decode(errors="replace"),
    )


def _reason(status: str, code: str, fault: _Fault | None) -> str:
    if fault is not None:
        return f"{code} {fault}"
    return f"{status} {code}".rstrip() if code.isdecimal() and code.isascii() else status


def _inbound(sid: str, fields: Mapping[str, str], now_ms: int) -> tuple[Inbound, ...]:
    number = fields.get("From", "")
    if not _E164.fullmatch(number):
        return ()
    return (
        Inbound(
            event_id=f"{sid}:received",
            at_ms=now_ms,
            type=IdentifierType.PHONE,
            value=number,
            text=fields.get("Body", ""),
            reply_to=fields.get("OriginalRepliedMessageSid") or None,
        ),
    )


def _departures(sid: str, fields: Mapping[str, str], now_ms: int) -> tuple[Departure, ...]:
    """What Twilio found out only after it had taken the message: the person had told it STOP."""
    number = fields.get("To", "")
    if CODES.get(fields.get("ErrorCode", "")) is not _Fault.STOP or not _E164.fullmatch(number):
        return ()
    return (Departure(f"{sid}:stop", now_ms, IdentifierType.PHONE, number, by_word=True),)


def _urls(url: str) -> tuple[str, str]:
    """The address as Twilio may have signed it, which writes down the port or leaves it away at its own will."""
    parts = urlsplit(url)
    if parts.port:
        return url, parts._replace(netloc=parts.netloc.removesuffix(f":{parts.port}")).geturl()
    return url, parts._replace(netloc=f"{parts.netloc}:{_PORTS.get(parts.scheme, 0)}").geturl()


def _json(body: bytes) -> Mapping[str, str]:
    try:
        said = JsonObject.read(body)
    except ValueError as error:
        raise Malformed(f"the body is {error}") from None
    return {name: str(value) for name, value in said.fields.items() if isinstance(value, str | int)}


def _is_same(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.encode(errors="replace"))
