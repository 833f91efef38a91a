from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import strawberry

from gateway.schema.inputs.fields import optional, required
from gateway.schema.inputs.problems import Problems
from graph.identifiers import IdentifierValue
from graph.subscribing.address import AddressKind, Push, auth_secret, p256dh_key, routed
from graph.subscribing.device import Device
from graph.vocabulary import Channel, PushProvider, UserErrorCode


@strawberry.input(description="What a browser says when somebody allows notifications.")
class WebPushAddressInput:
    endpoint: str = required("The address that the browser's provider gave, `https://…`.")
    p256dh: str = required("The browser's public key, in base64url.")
    auth: str = required("The browser's secret, in base64url.")
    account: str = strawberry.field(
        default="", description="The VAPID account whose key the browser was given, where you have several."
    )


@strawberry.input(description="What an app says when somebody allows notifications.")
class PushAddressInput:
    provider: PushProvider = required("Who carries them.")
    token: str = required("The token that the provider gave.")
    app: str = required("Which of your apps: letters, digits, `.`, `_` and `-`, 64 at most.")


@strawberry.input(description="A chat with one of your bots.")
class BotAddressInput:
    bot: str = required(
        "Which of your bots, by the name of its account in TELEGRAM_URL or VIBER_URL: letters, digits, `.`, `_` and "
        "`-`, 64 at most."
    )
    chat: str = required("The chat's id.")


@strawberry.input(one_of=True, description="An address; which of these it is says on which channel.")
class AddressInput:
    email: str | None = optional("E-mail.")
    phone: str | None = optional("SMS: a phone number with its country code.")
    web_push: WebPushAddressInput | None = optional("A browser.")
    mobile_push: PushAddressInput | None = optional("An app.")
    telegram: BotAddressInput | None = optional("A Telegram chat.")
    whatsapp: str | None = optional("WhatsApp: a phone number with its country code.")
    viber: BotAddressInput | None = optional("A Viber chat.")
    webhook: str | None = optional("A URL of your own, `https://…` or `http://…`, that gets signed requests.")


@strawberry.input(description="What a subscription is read on.")
class DeviceInput:
    type: str | None = strawberry.field(default=None, description="Its kind, like `phone`.")
    model: str | None = strawberry.field(default=None, description="Its model.")
    os: str | None = strawberry.field(default=None, description="Its operating system.")
    os_version: str | None = strawberry.field(default=None, description="The version of that.")
    app_id: str | None = strawberry.field(default=None, description="The app that shows the notification.")
    app_version: str | None = strawberry.field(default=None, description="The version of that.")
    language: str | None = strawberry.field(default=None, description="The language it is set to.")


@dataclass(frozen=True, slots=True)
class Addressed:
    """An address that was checked; `push` where it is a token."""

    channel: Channel
    identifier: IdentifierValue
    push: Push | None = None


def addressed(given: AddressInput, problems: Problems, *path: str) -> Addressed | None:
    """None where something is wrong with it, which is then among the problems."""
    for kind in AddressKind:
        value = getattr(given, _attribute(kind))
        if isinstance(value, str):
            return _routed(kind, problems, value, "", (*path, kind))
        if isinstance(value, WebPushAddressInput):
            return _web_push(value, problems, *path, kind)
        if isinstance(value, PushAddressInput):
            _require(value.app, problems, *path, kind, "app")
            found = _routed(kind, problems, value.token, value.app, (*path, kind, "token"))
            return found and Addressed(found.channel, found.identifier, Push(provider=value.provider))
        if isinstance(value, BotAddressInput):
            _require(value.bot, problems, *path, kind, "bot")
            return _routed(kind, problems, value.chat, value.bot, (*path, kind, "chat"))
    raise AssertionError("exactly one kind of address is given")


def device(given: DeviceInput, problems: Problems, *path: str) -> Device:
    def checked(value: str | None, name: str) -> str | None:
        return None if value is None else problems.text(value, *path, name)

    return Device(
        type=checked(given.type, "type"),
        model=checked(given.model, "model"),
        os=checked(given.os, "os"),
        os_version=checked(given.os_version, "osVersion"),
        app_id=checked(given.app_id, "appId"),
        app_version=checked(given.app_version, "appVersion"),
        language=checked(given.language, "language"),
    )


def _attribute(kind: AddressKind) -> str:
    return kind.name.lower()


def _web_push(given: WebPushAddressInput, problems: Problems, *path: str) -> Addressed | None:
    p256dh = _checked(given.p256dh, p256dh_key, problems, *path, "p256dh")
    auth = _checked(given.auth, auth_secret, problems, *path, "auth")
    found = _routed(AddressKind.WEB_PUSH, problems, given.endpoint, given.account, (*path, "endpoint"))
    return found and Addressed(found.channel, found.identifier, Push(p256dh=p256dh, auth=auth))


def _checked(value: str, check: Callable[[str], str], problems: Problems, *path: str) -> str:
    try:
        return check(value)
    except ValueError as error:
        problems.add(UserErrorCode.INVALID, f"This {error}.", *path)
        return value


def _require(value: str, problems: Problems, *path: str) -> None:
    if not value:
        problems.add(UserErrorCode.REQUIRED, "May not be empty.", *path)


def _routed(
    kind: AddressKind, problems: Problems, value: str, namespace: str, path: tuple[str, ...]
) -> Addressed | None:
    try:
        channel, found = routed(kind, value, namespace)
    except ValueError as error:
        problems.add(UserErrorCode.INVALID, f"The address {error}.", *path)
        return None
    return Addressed(channel, found)
