from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Final, Self

import orjson

from dispatch.channels.whatsapp_errors import WhatsappError
from dispatch.channels.whatsapp_template import template_of
from dispatch.hook import HookCall, HookReading, Inbound, Malformed, NotSigned
from dispatch.http_client import HttpAnswer, HttpClient, outcome_of
from dispatch.json_object import JsonObject
from dispatch.outcome import Accepted, Outcome, Refused, Unknown
from dispatch.provider_account import ProviderAccount
from graph.delivery import Delivery
from graph.identifiers import identifier
from graph.ids import IdPrefix, prefix_of
from graph.message_states import Happening
from graph.receipts.receipt import Receipt
from graph.vocabulary import IdentifierType

_DEFAULT_URL: Final = "https://graph.facebook.com/v23.0"
_VERSIONED: Final = re.compile(r".*/v[0-9]{1,3}\.[0-9]{1,3}")
_PHONE_ID: Final = re.compile(r"[0-9]{1,32}")
# It stands in a header.
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,1024}")
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SIGNATURE: Final = "x-hub-signature-256"
_ACCOUNT: Final = "whatsapp_business_account"
_MESSAGES: Final = "messages"

_LONGEST_TEXT: Final = 4096
_LONGEST_KIND: Final = 64
_OK: Final = 200

_HAPPENINGS: Final[Mapping[str, Happening]] = {
    "sent": Happening.ACCEPTED,
    "delivered": Happening.DELIVERED,
    "read": Happening.OPENED,
    "failed": Happening.BOUNCED,
}
# Nobody wrote these: they tell that somebody has another number, or opened the chat for the first time.
_NOT_WRITTEN: Final = frozenset({"system", "request_welcome"})
# WhatsApp still knows mobiles of Mexico by the 1 that was taken out of their numbers in 2019.
_OLD_MEXICAN: Final = re.compile(r"521([0-9]{10})")
_DIGITS: Final = re.compile(r"[0-9]{5,20}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")


class WhatsappSender:
    """Writes from one phone number (WhatsApp Cloud API), and reads what Meta calls back."""

    def __init__(self, account: ProviderAccount, lease_ms: int) -> None:
        """Raises ValueError that names the variable and what is wrong."""
        account.refuse_others("app-secret", "verify")
        phone_id, token = account.need_user_and_secret()
        if not _PHONE_ID.fullmatch(phone_id) or not _TOKEN.fullmatch(token):
            raise ValueError(f"{account.variable}: before the @ must stand a phone number's id and a token")
        if not _VERSIONED.fullmatch(account.base_url):
            raise ValueError(f"{account.variable}: the address must end with the API's version, like /v23.0")
        self.provider = account.name
        self._url = f"{account.base_url}/{phone_id}/messages"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._app_secret = account.options.get("app-secret", "")
        self._verify = account.options.get("verify", "")
        self._client = HttpClient(lease_ms)

    @classmethod
    def from_url(cls, url: str, variable: str, lease_ms: int) -> Self:
        """`whatsapp://<phone number id>:<access token>@?app-secret=…&verify=…`. Raises as the constructor does."""
        return cls(ProviderAccount.from_url(url, variable, _DEFAULT_URL), lease_ms)

    async def close(self) -> None:
        await self._client.close()

    async def send(self, delivery: Delivery) -> Outcome:
        """Meta only carries our id to its receipts and sends twice what it gets twice, so a lost answer is unknown."""
        if not delivery.address:
            return Refused("a message needs a number")
        try:
            said = _said(delivery)
        except ValueError as error:
            return Refused(str(error))
        content = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": delivery.address,
            **said,
            "biz_opaque_callback_data": delivery.message_id,
        }
        return await outcome_of(self._client.post(self._url, orjson.dumps(content), self._headers), _outcome)

    def read(self, call: HookCall) -> HookReading:
        """Raises NotSigned for what does not come from Meta, and Malformed for what is not a call of its webhooks."""
        if call.method == "GET":
            return self._verified(call.query)
        self._check(call)
        try:
            found = JsonObject.read(call.body)
        except ValueError as error:
            raise Malformed(f"a call of WhatsApp is {error}") from None
        if found.text("object") != _ACCOUNT or not isinstance(found.fields.get("entry"), list):
            raise Malformed("a call of WhatsApp is not about an account")
        told = tuple(_told(found, call.now_ms))
        return HookReading(
            receipts=tuple(each for each in told if isinstance(each, Receipt)),
            inbound=tuple(each for each in told if isinstance(each, Inbound)),
        )

    def _verified(self, query: Mapping[str, str]) -> HookReading:
        """Meta asks once whether the address is ours, when somebody enters it there."""
        given = query.get("hub.verify_token", "")
        if not self._verify or not hmac.compare_digest(given.encode(errors="replace"), self._verify.encode()):
            raise NotSigned("the verify token is missing or wrong")
        challenge = query.get("hub.challenge", "")
        if query.get("hub.mode") != "subscribe" or not _CHALLENGE.fullmatch(challenge):
            raise Malformed("a verification of WhatsApp has no challenge")
        return HookReading(answer=challenge.encode())

    def _check(self, call: HookCall) -> None:
        expected = "sha256=" + hmac.new(self._app_secret.encode(), call.body, sha256).hexdigest()
        given = call.headers.get(_SIGNATURE, "")
        if not self._app_secret or not hmac.compare_digest(given.encode(errors="replace"), expected.encode()):
            raise NotSigned("the signature of WhatsApp is missing or wrong")


def _said(delivery: Delivery) -> dict[str, object]:
    """A template, or a text. Raises ValueError for what Meta would not take, and says nothing of a person then."""
    if delivery.payload is not None:
        return {"type": "template", "template": template_of(delivery.payload)}
    if not delivery.text:
        raise ValueError("a message needs a text or a template")
    if len(delivery.text) > _LONGEST_TEXT:
        raise ValueError(f"the text is longer than {_LONGEST_TEXT} characters")
    # A preview is made by following the link, which would count as a click.
    return {"type": "text", "text": {"body": delivery.text, "preview_url": False}}


def _outcome(answer: HttpAnswer) -> Outcome:
    said = JsonObject(answer.json())
    if answer.status != _OK:
        return WhatsappError.of(said.object("error")).outcome(answer)
    found = next(iter(said.objects(_MESSAGES)), None)
    if found is None or not found.text("id"):
        return Unknown("200 without an id")
    return Accepted("200 ok", found.text("id"))


def _told(found: JsonObject, now_ms: int) -> Iterator[Receipt | Inbound]:
    for entry in found.objects("entry"):
        for change in entry.objects("changes"):
            value = change.object("value")
            if change.text("field") != _MESSAGES:
                at_s = entry.number("time")
                at_ms = now_ms if at_s is None else at_s * 1000
                yield _kept(change.text("field") or "unknown", {"time": at_s, **change.fields}, at_ms)
                continue
            names = {each.text("wa_id"): each.object("profile").text("name") for each in value.objects("contacts")}
            for status in value.objects("statuses"):
                yield _receipt(status) or _kept("statuses", status.fields, now_ms)
            for message in value.objects(_MESSAGES):
                yield _inbound(message, names) or _kept(f"messages.{message.text('type')}", message.fields, now_ms)
            for error in value.objects("errors"):
                yield _kept("errors", error.fields, now_ms, WhatsappError.of(error).phrase)


def _kept(kind: str, fields: Mapping[str, object], at_ms: int, reason: str = "") -> Receipt:
    """What nobody reads yet. It has no id of its own, so it is known again by what it says."""
    event_id = sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return Receipt(event_id, kind[:_LONGEST_KIND], None, at_ms, reason=reason or None, raw=_raw(fields))


def _raw(fields: Mapping[str, object]) -> str:
    return orjson.dumps(fields).decode()


def _receipt(status: JsonObject) -> Receipt | None:
    provider_id, kind, at_ms = status.text("id"), status.text("status"), _at_ms(status)
    if not provider_id or not kind or at_ms is None:
        return None
    ours = status.text("biz_opaque_callback_data")
    error = WhatsappError.of(next(iter(status.objects("errors")), JsonObject({})))
    return Receipt(
        event_id=f"{provider_id}:{kind[:_LONGEST_KIND]}",
        kind=kind[:_LONGEST_KIND],
        happening=_HAPPENINGS.get(kind),
        at_ms=at_ms,
        provider_id=provider_id,
        # Other programs of the same account may carry what they like there.
        message_id=ours if prefix_of(ours) is IdPrefix.MESSAGE else None,
        reason=error.phrase or None,
        is_soft=error.is_soft,
        raw=_raw(status.fields),
    )


def _inbound(message: JsonObject, names: Mapping[str, str]) -> Inbound | None:
    """None for what nobody wrote, or somebody whose number Meta keeps to itself."""
    sender, at_ms, kind = message.text("from"), _at_ms(message), message.text("type")
    number = _number(sender)
    if not message.text("id") or at_ms is None or number is None or kind in _NOT_WRITTEN:
        return None
    return Inbound(
        event_id=message.text("id"),
        at_ms=at_ms,
        type=IdentifierType.WHATSAPP,
        value=number,
        text=_text(message, kind),
        reply_to=message.object("context").text("id") or message.object("reaction").text("message_id") or None,
        name=names.get(sender) or None,
    )


def _text(message: JsonObject, kind: str) -> str:
    """What was written or chosen; empty for what has no words, as a picture without any."""
    said = message.object(kind)
    match kind:
        case "text":
            return said.text("body")
        case "button":
            return said.text("text")
        case "interactive":
            return said.object("button_reply").text("title") or said.object("list_reply").text("title")
        case "reaction":
            return said.text("emoji")
        case _:
            return said.text("caption")


def _number(wa_id: str) -> str | None:
    """With its +, as subscriptions have it."""
    if not _DIGITS.fullmatch(wa_id):
        return None
    old = _OLD_MEXICAN.fullmatch(wa_id)
    try:
        return identifier(IdentifierType.WHATSAPP, "", f"+52{old[1]}" if old else f"+{wa_id}").value
    except ValueError:
        return None


def _at_ms(told: JsonObject) -> int | None:
    """Its time, which Meta writes as text, in seconds."""
    text = told.text("timestamp")
    return int(text) * 1000 if _SECONDS.fullmatch(text) else None
