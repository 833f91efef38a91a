from __future__ import annotations

import asyncio
import hmac
import re
from hashlib import sha256
from typing import Final, Self

import orjson

from dispatch.channels.masking import masked
from dispatch.hook import Departure, HookCall, HookReading, Inbound, Malformed, NotSigned
from dispatch.http_client import HttpAnswer, HttpClient, outcome_of
from dispatch.json_object import JsonObject
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.provider_account import ProviderAccount
from graph.delivery import Delivery
from graph.vocabulary import IdentifierType

_DEFAULT_URL: Final = "https://api.telegram.org"
_BOT: Final = re.compile(r"[1-9][0-9]{0,19}")
_BOT_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_HOOK_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
_HOOK_HEADER: Final = "x-telegram-bot-api-secret-token"
_JSON: Final = {"Content-Type": "application/json"}

_LONGEST_TEXT: Final = 4096
# Of the lease, for both requests where a chat has moved.
_SHARE: Final = 0.8
_TAG_LENGTH: Final = 16

_OK: Final = 200
_CLIENT_FAULT: Final = range(400, 500)
_TOO_MANY: Final = 429
# A wrong token: unknown, not one at all, or one of another server.
_NOT_OUR_BOT: Final = frozenset({401, 404, 421})
# The bot itself is stopped, which its server says as if the request were wrong.
_STOPPED_BOT: Final = ("logged out", "frozen_method_invalid")
# It was sent, or had no place to be sent to. Telegram counts that among its own faults; again would be twice.
_SENT_AND_GONE: Final = "sent message was immediately deleted"
# By the source of the Bot API's server: what it says of a chat which this bot can no longer write to.
_DEAD: Final = (
    "bot was blocked by the user",
    "user is deactivated",
    "bot was kicked from the",
    "bot is not a member of the",
    "the group chat was deleted",
    "group is deactivated",
    "bot can't initiate conversation with a user",
    "bot can't send messages to bots",
    "chat not found",
)
# What the bot is in a chat that has no place for it any more; a person who blocks it has "kicked" it.
_OUT: Final = frozenset({"kicked", "left"})
# What a message has where somebody wrote it; others tell of a group, as that somebody joined.
_WRITTEN: Final = frozenset(
    {
        "text",
        "animation",
        "audio",
        "contact",
        "document",
        "location",
        "photo",
        "sticker",
        "venue",
        "video",
        "video_note",
        "voice",
    }
)


class TelegramSender:
    """Writes to chats as one bot, and reads what is written to it (Bot API).

    The bot's token is part of every address that is called, so none of these may come into an error or a log.
    """

    def __init__(self, account: ProviderAccount, lease_ms: int) -> None:
        """Raises ValueError that names the variable and what is wrong."""
        account.refuse_others("secret")
        bot, secret = account.need_user_and_secret()
        if not _BOT.fullmatch(bot) or not _BOT_SECRET.fullmatch(secret):
            raise ValueError(f"{account.variable}: before the @ must stand the token as the BotFather gave it")
        hook_secret = account.options.get("secret", "")
        if hook_secret and not _HOOK_SECRET.fullmatch(hook_secret):
            raise ValueError(f"{account.variable}: secret must be letters, digits, '_' and '-', 256 at most")
        self.provider = account.name
        self._url = f"{account.base_url}/bot{bot}:{secret}/sendMessage"
        self._secret = secret
        self._hook_secret = hook_secret
        self._client = HttpClient(lease_ms)
        self._time_s = lease_ms / 1000 * _SHARE

    @classmethod
    def from_url(cls, url: str, variable: str, lease_ms: int) -> Self:
        """`telegram://<token>?account=name&secret=…`. Raises ValueError as the constructor does."""
        return cls(ProviderAccount.from_url(url, variable, _DEFAULT_URL), lease_ms)

    def takes(self, delivery: Delivery) -> bool:
        # A chat is one bot's: another one would be told that there is no such chat, and the address be taken for dead.
        return delivery.namespace in {"", self.provider}

    async def close(self) -> None:
        await self._client.close()

    async def send(self, delivery: Delivery) -> Outcome:
        """Telegram takes nothing to know a message again by, so a lost answer leaves open whether it was taken."""
        chat, text = delivery.address, delivery.text
        if not chat or not text:
            return Refused("a message needs a chat and a text")
        if len(text) > _LONGEST_TEXT:
            return Refused(f"the text is longer than {_LONGEST_TEXT} characters")
        try:
            async with asyncio.timeout(self._time_s):
                return await outcome_of(self._post(chat, text), lambda answer: self._outcome(answer, chat))
        except TimeoutError:
            return Unknown("no answer in time", at_fault=True)

    def read(self, call: HookCall) -> HookReading:
        """Raises NotSigned without a secret of ours in the header, and Malformed for what is not an update."""
        given = call.headers.get(_HOOK_HEADER, "")
        if not self._hook_secret or not hmac.compare_digest(given.encode(errors="replace"), self._hook_secret.encode()):
            raise NotSigned("the secret of the bot is missing or wrong")
        try:
            update = JsonObject.read(call.body)
        except ValueError as error:
            raise Malformed(f"an update of a bot is {error}") from None
        number = update.number("update_id")
        if number is None:
            raise Malformed("an update of a bot has no update_id")
        inbound = self._inbound(str(number), update.object("message"))
        departure = self._departure(str(number), update.object("my_chat_member"))
        return HookReading(
            inbound=() if inbound is None else (inbound,), departures=() if departure is None else (departure,)
        )

    async def _post(self, chat: str, text: str) -> HttpAnswer:
        """Once more where a group has moved, to where it is now."""
        answer = await self._ask(chat, text)
        moved_to = JsonObject(answer.json()).object("parameters").number("migrate_to_chat_id")
        return answer if moved_to is None else await self._ask(str(moved_to), text)

    async def _ask(self, chat: str, text: str) -> HttpAnswer:
        # A preview is made by following the link, which would count as a click.
        content = {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}}
        return await self._client.post(self._url, orjson.dumps(content), _JSON)

    def _outcome(self, answer: HttpAnswer, chat: str) -> Outcome:
        said = JsonObject(answer.json())
        if answer.status == _OK:
            return self._accepted(said, chat)
        code = said.number("error_code") or answer.status
        description = said.text("description").replace(self._secret, "<secret>")
        return _refusal(
            code,
            description.casefold(),
            masked(f"{code} {description}", chat),
            _after_ms(said, answer),
        )

    def _accepted(self, said: JsonObject, asked: str) -> Outcome:
        message = said.object("result")
        chat, number = message.object("chat").number("id"), message.number("message_id")
        if said.fields.get("ok") is not True:
            return Unknown("200 without ok")
        if chat is None or number is None:
            return Accepted("200 ok")
        # The chat of an @name has a number of its own, and has not moved.
        moved = asked.removeprefix("-").isdecimal() and asked != str(chat)
        return Accepted("200 ok", self._message_id(chat, number), moved_to=str(chat) if moved else None)

    def _message_id(self, chat: int, number: int) -> str:
        """A message's number is its own only within its chat, and the chat's number is somebody's address.

        So the chat is in it under a name that only this bot's token can make.
        """
        tag = hmac.new(self._secret.encode(), str(chat).encode(), sha256).hexdigest()[:_TAG_LENGTH]
        return f"{tag}-{number}"

    def _inbound(self, event_id: str, message: JsonObject) -> Inbound | None:
        """None for everything but what somebody wrote to the bot. What has no text, as a photo, has an empty one."""
        chat, at_s = message.object("chat"), message.number("date")
        number = chat.number("id")
        if number is None or at_s is None or _WRITTEN.isdisjoint(message.fields):
            return None
        answered = message.object("reply_to_message").number("message_id")
        names = [chat.text("title"), chat.text("first_name"), chat.text("last_name")]
        return Inbound(
            event_id=event_id,
            at_ms=at_s * 1000,
            type=IdentifierType.TELEGRAM,
            value=str(number),
            text=message.text("text") or message.text("caption"),
            namespace=self.provider,
            reply_to=None if answered is None else self._message_id(number, answered),
            name=" ".join(filter(None, names)) or None,
        )

    def _departure(self, event_id: str, change: JsonObject) -> Departure | None:
        """None unless the bot was blocked, or a group has put it out."""
        chat, at_s = change.object("chat").number("id"), change.number("date")
        if chat is None or at_s is None or change.object("new_chat_member").text("status") not in _OUT:
            return None
        return Departure(event_id, at_s * 1000, IdentifierType.TELEGRAM, str(chat), self.provider)


def _refusal(code: int, description: str, answer: str, after_ms: int | None) -> Outcome:
    if code == _TOO_MANY:
        return Deferred(answer, after_ms)
    if _SENT_AND_GONE in description:
        return Refused(answer)
    if code in _NOT_OUR_BOT or code not in _CLIENT_FAULT or any(each in description for each in _STOPPED_BOT):
        return Deferred(answer, elsewhere=True)
    return Refused(answer, suppress=any(each in description for each in _DEAD))


def _after_ms(said: JsonObject, answer: HttpAnswer) -> int | None:
    seconds = said.object("parameters").number("retry_after")
    return answer.retry_after_ms if seconds is None else seconds * 1000
