from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import orjson

from dispatch.channels.webhook_secrets import WebhookSecrets
from dispatch.http_client import PER_SERVER, HttpAnswer, HttpClient, Unreachable, outcome_of
from dispatch.outcome import Accepted, Deferred, Outcome, Refused
from dispatch.provider_account import ProviderAccount
from dispatch.reachable import Reachable
from graph.delivery import Delivery
from graph.ids import made_at
from graph.instants import text_from_ms
from graph.subscribing.address import AddressKind, routed

_TYPE: Final = "message"
_WITHOUT_TLS: Final = "without TLS only the networks of the option allow are called"


class WebhookSender:
    """Posts what a message says to the address of who subscribed, by Standard Webhooks 1.0.

    The body is made of the message alone, so that it is the same at every try, and so is `webhook-id`, by which a
    receiver knows what it has already. Where a try ends without an answer the receiver may have taken it.

    What a receiver does is never the fault of our account: nothing goes to another one because of it.
    """

    def __init__(
        self,
        secrets: WebhookSecrets,
        lease_ms: int,
        reachable: Reachable | None = None,
        provider: str = "webhook",
        seconds: Callable[[], float] = time.time,
    ) -> None:
        """Addresses with `http://` are only called in the networks that `reachable` allows; by default in none."""
        self.provider = provider
        self._secrets = secrets
        self._seconds = seconds
        beyond = reachable or Reachable()
        self._client = HttpClient(lease_ms, beyond, PER_SERVER)
        self._plain_client = HttpClient(lease_ms, replace(beyond, public=False), PER_SERVER)

    @classmethod
    def from_url(cls, url: str, variable: str, lease_ms: int) -> WebhookSender:
        """`webhook://:whsec_…@/?allow=10.1.0.0/16&old=whsec_…`, where the options may name several with commas.

        Raises ValueError that names the variable and the option that is wrong.
        """
        account = ProviderAccount.from_url(url, variable, "")
        account.refuse_others("allow", "old")
        if account.user or account.base_url:
            raise ValueError(f"{variable}: webhook has neither a user nor a server, as in webhook://:secret@/")
        try:
            secrets = WebhookSecrets.of(account.secret, *_listed(account, "old"))
        except ValueError as error:
            raise ValueError(f"{variable}: {error}, before the @ and in the option old") from None
        try:
            reachable = Reachable.beside(_listed(account, "allow"))
        except ValueError:
            raise ValueError(f"{variable}: allow must be networks like 10.1.0.0/16, with commas between") from None
        return cls(secrets, lease_ms, reachable, account.name)

    async def close(self) -> None:
        await self._client.close()
        await self._plain_client.close()

    def secret_for(self, url: str) -> str:
        """The secret that whoever receives at `url` verifies with. Raises ValueError for what no webhook can be at."""
        return self._secrets.shown(_address(url))

    async def send(self, delivery: Delivery) -> Outcome:
        try:
            address, body = _address(delivery.address or ""), body_of(delivery)
        except ValueError:
            return Refused("the message has no address that can be called, or no data")
        outcome = await outcome_of(self._post(address, delivery.message_id, body), _read)
        if isinstance(outcome, Deferred):
            # No other account would be heard there.
            return replace(outcome, elsewhere=False, at_fault=outcome.elsewhere)
        return outcome

    def place(self, delivery: Delivery) -> str:
        return urlsplit(delivery.address or "").netloc

    async def _post(self, address: str, message_id: str, body: bytes) -> HttpAnswer:
        now = int(self._seconds())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": self._secrets.signatures(address, message_id, now, body),
        }
        if address.startswith("https://"):
            return await self._client.post(address, body, headers)
        try:
            return await self._plain_client.post(address, body, headers)
        except Unreachable:
            raise Unreachable(_WITHOUT_TLS) from None


def body_of(delivery: Delivery) -> bytes:
    """`timestamp` is when the message was made, which its id says. Raises ValueError where there is no data."""
    if delivery.payload is None:
        raise ValueError("the message has no data")
    # Looked at, and handed on as it was written: reading and writing it again might change it.
    orjson.loads(delivery.payload)
    return orjson.dumps(
        {
            "type": _TYPE,
            "timestamp": text_from_ms(made_at(delivery.message_id)),
            "data": orjson.Fragment(delivery.payload),
        }
    )


def _address(text: str) -> str:
    """As the graph has it: without a name, a password and a fragment. Raises ValueError that holds nothing of it."""
    return routed(AddressKind.WEBHOOK, text)[1].value


def _listed(account: ProviderAccount, option: str) -> list[str]:
    return [text for text in account.options.get(option, "").split(",") if text]


def _read(answer: HttpAnswer) -> Outcome:
    """Only the status counts: what a receiver writes beside it is not read, and not kept.

    The standard takes everything but 2xx for a failure that is tried again, and 410 for a receiver that wants no more.
    That holds for redirects too, which are not followed: the next try goes to the address that the person has by then.
    """
    said = _in_words(answer.status)
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return Accepted(said)
    if answer.status == HTTPStatus.GONE:
        return Refused(said, suppress=True)
    return Deferred(said, after_ms=answer.retry_after_ms)


def _in_words(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
