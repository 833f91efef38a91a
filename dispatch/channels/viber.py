from __future__ import annotations

import hmac
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final

import orjson

from dispatch.channels.masking import masked
from dispatch.hook import Departure, HookCall, HookReading, Inbound, Malformed, NotSigned
from dispatch.http_client import HttpAnswer, HttpClient, outcome_of
from dispatch.json_object import JsonObject
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.provider_account import ProviderAccount
from graph.delivery import Delivery
from graph.message_states import Happening
from graph.receipts.receipt import Receipt
from graph.vocabulary import IdentifierType

_BASE_URL: Final = "https://chatapi.viber.com"
_LONGEST_NAME: Final = 28
_OK: Final = 200
_TOO_MANY: Final = 429


class _Meaning(Enum):
    TAKEN = auto()
    # The chat is gone: who left Viber or the bot comes back with a subscription of their own.
    GONE = auto()
    REFUSED = auto()
    LATER = auto()
    ACCOUNT = auto()


# The bot API's error codes. HTTP says 200 to all of them.
STATUSES: Final[Mapping[int, tuple[str, _Meaning]]] = {
    0: ("ok", _Meaning.TAKEN),
    1: ("invalidUrl", _Meaning.ACCOUNT),
    2: ("invalidAuthToken", _Meaning.ACCOUNT),
    3: ("badData", _Meaning.REFUSED),
    4: ("missingData", _Meaning.REFUSED),
    5: ("receiverNotRegistered", _Meaning.GONE),
    6: ("receiverNotSubscribed", _Meaning.GONE),
    7: ("publicAccountBlocked", _Meaning.ACCOUNT),
    8: ("publicAccountNotFound", _Meaning.ACCOUNT),
    9: ("publicAccountSuspended", _Meaning.ACCOUNT),
    10: ("webhookNotSet", _Meaning.ACCOUNT),
    11: ("receiverNoSuitableDevice", _Meaning.REFUSED),
    12: ("tooManyRequests", _Meaning.LATER),
    13: ("apiVersionNotSupported", _Meaning.REFUSED),
    14: ("incompatibleWithVersion", _Meaning.REFUSED),
    15: ("publicAccountNotAuthorized", _Meaning.ACCOUNT),
    16: ("inchatReplyMessageNotAllowed", _Meaning.REFUSED),
    17: ("publicAccountIsNotInline", _Meaning.ACCOUNT),
    18: ("noPublicChat", _Meaning.ACCOUNT),
    19: ("cannotSendBroadcast", _Meaning.REFUSED),
    20: ("broadcastNotAllowed", _Meaning.REFUSED),
    21: ("unsupportedCountry", _Meaning.REFUSED),
    22: ("paymentUnsupported", _Meaning.REFUSED),
    23: ("freeMessagesExceeded", _Meaning.ACCOUNT),
    24: ("noBalance", _Meaning.ACCOUNT),
}
_OTHER: Final = ("generalError", _Meaning.ACCOUNT)

_HAPPENINGS: Final[Mapping[str, Happening]] = {
    "delivered": Happening.DELIVERED,
    "seen": Happening.OPENED,
    "failed": Happening.BOUNCED,
}
# What happens to the bot and not to a message.
_OF_NO_MESSAGE: Final = frozenset({"webhook", "subscribed", "conversation_started"})


class ViberSender:
    """Text messages of one Viber bot, and what Viber calls back."""

    def __init__(self, account: ProviderAccount, lease_ms: int) -> None:
        """Raises ValueError that names the variable and the option which is missing or wrong."""
        account.refuse_others("sender", "avatar")
        # It goes into a header, where a line's end would begin another one.
        if account.user or not account.secret or not (account.secret.isascii() and account.secret.isprintable()):
            raise ValueError(f"{account.variable}: viber needs the bot's token as the secret before the @, and no user")
        name, avatar = account.need("sender"), account.options.get("avatar")
        if len(name) > _LONGEST_NAME:
            raise ValueError(f"{account.variable}: sender is longer than {_LONGEST_NAME} characters")
        self.provider = account.name
        self._sender = {"name": name, "avatar": avatar} if avatar else {"name": name}
        self._url = f"{account.base_url}/pa/send_message"
        self._token = account.secret.encode()
        self._headers = {"X-Viber-Auth-Token": account.secret, "Content-Type": "application/json"}
        self._client = HttpClient(lease_ms)

    @classmethod
    def from_url(cls, url: str, variable: str, lease_ms: int) -> ViberSender:
        """`viber://:<the bot's token>@?sender=<name>`, and `avatar=<address of a picture>`. Raises ValueError."""
        return cls(ProviderAccount.from_url(url, variable, _BASE_URL), lease_ms)

    def takes(self, delivery: Delivery) -> bool:
        # A person's id is one bot's: another one would be told that there is nobody, and the address be taken for dead.
        return delivery.namespace in {"", self.provider}

    async def close(self) -> None:
        await self._client.close()

    async def send(self, delivery: Delivery) -> Outcome:
        """The message's id goes along and comes back with the answer that a person writes to it."""
        if not delivery.address or not delivery.text:
            return Refused("there is no address or no text")
        content = {
            "receiver": delivery.address,
            "min_api_version": 1,
            "sender": self._sender,
            "tracking_data": delivery.message_id,
            "type": "text",
            "text": delivery.text,
        }
        return await outcome_of(self._client.post(self._url, orjson.dumps(content), self._headers), _outcome)

    def read(self, call: HookCall) -> HookReading:
        """Raises NotSigned before anything of the call is looked at, and Malformed for what cannot be read.

        That somebody came to the bot is answered and says nothing yet.
        """
        signature = hmac.digest(self._token, call.body, "sha256").hex()
        given = call.headers.get("x-viber-content-signature", "")
        if not hmac.compare_digest(signature.encode(), given.encode(errors="replace")):
            raise NotSigned("the signature of Viber does not fit")
        said = _event(call.body)
        event, token = said.get("event"), _token(said)
        if not isinstance(event, str) or not event:
            raise Malformed("there is no event")
        if event in _OF_NO_MESSAGE:
            return HookReading()
        if token is None:
            raise Malformed("there is no message_token")
        at = _whole(said.get("timestamp"))
        at_ms = call.now_ms if at is None else at
        if event == "message":
            return HookReading(inbound=(_inbound(token, self.provider, said, at_ms),))
        if event == "unsubscribed":
            return HookReading(departures=(_departure(token, self.provider, said, at_ms),))
        return HookReading(receipts=(_receipt(token, event, said, at_ms, call.body.decode()),))


def _outcome(answer: HttpAnswer) -> Outcome:
    if answer.status != _OK:
        return Deferred(f"HTTP {answer.status}", answer.retry_after_ms, elsewhere=answer.status != _TOO_MANY)
    said = answer.json()
    status = _whole(said.get("status"))
    if status is None:
        return Unknown("the answer has no status")
    name, meaning = STATUSES.get(status, _OTHER)
    text = f"{status} {name}"
    match meaning:
        case _Meaning.TAKEN:
            return Accepted(text, _token(said))
        case _Meaning.LATER:
            return Deferred(text, answer.retry_after_ms)
        case _Meaning.ACCOUNT:
            return Deferred(text, answer.retry_after_ms, elsewhere=True)
        case _:
            return Refused(text, suppress=meaning is _Meaning.GONE)


def _receipt(token: str, event: str, said: Mapping[str, Any], at_ms: int, raw: str) -> Receipt:
    reason, receiver = said.get("desc"), said.get("user_id")
    return Receipt(
        event_id=f"{token}:{event}",
        kind=event,
        happening=_HAPPENINGS.get(event),
        at_ms=at_ms,
        provider_id=token,
        reason=masked(reason, receiver if isinstance(receiver, str) else None) if isinstance(reason, str) else None,
        raw=raw,
    )


def _inbound(token: str, bot: str, said: Mapping[str, Any], at_ms: int) -> Inbound:
    """Each bot knows a person by another id. What is not text, as a picture, has none."""
    sender, message = said.get("sender"), said.get("message")
    if not isinstance(sender, dict) or not isinstance(message, dict):
        raise Malformed("there is no sender or no message")
    who, text, name = sender.get("id"), message.get("text"), sender.get("name")
    ours = message.get("tracking_data")
    if not isinstance(who, str) or not who:
        raise Malformed("the sender has no id")
    return Inbound(
        event_id=f"{token}:message",
        at_ms=at_ms,
        type=IdentifierType.VIBER,
        value=who,
        text=text if isinstance(text, str) else "",
        namespace=bot,
        name=name if isinstance(name, str) and name else None,
        message_id=ours if isinstance(ours, str) and ours else None,
    )


def _departure(token: str, bot: str, said: Mapping[str, Any], at_ms: int) -> Departure:
    who = said.get("user_id")
    if not isinstance(who, str) or not who:
        raise Malformed("there is no user_id")
    return Departure(f"{token}:unsubscribed", at_ms, IdentifierType.VIBER, who, bot)


def _event(body: bytes) -> Mapping[str, Any]:
    try:
        return JsonObject.read(body).fields
    except ValueError as error:
        raise Malformed(f"the body is {error}") from None


def _token(said: Mapping[str, Any]) -> str | None:
    """Tokens are whole numbers of 64 bits, which a float would round: text keeps every digit."""
    token = said.get("message_token")
    if isinstance(token, str):
        return token or None
    number = _whole(token)
    return None if number is None else str(number)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
