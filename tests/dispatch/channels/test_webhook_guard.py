from __future__ import annotations

import socket
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from dispatch.channels.webhook import WebhookSender
from dispatch.outcome import Accepted, Deferred, Outcome, Refused
from graph.delivery import Delivery
from graph.ids import IdPrefix, new_id
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose
from tests.dispatch.http_provider import Says, provider

LEASE_MS = 2_000
NEW = f"whsec_{b64encode(bytes(range(32))).decode()}"
OLD = f"whsec_{b64encode(b'an old secret of this account').decode()}"
NOTE = Delivery(
    message_id=new_id(IdPrefix.MESSAGE, 1_713_608_760_960),
    channel=Channel.WEBHOOK,
    purpose=MessagePurpose.TRANSACTIONAL,
    attempt=1,
    facts=ReachFacts(None, None),
    address="http://127.0.0.1:1/",
    sender=None,
    payload='{"order":"A-1","note":"für\\u00fc ☂","paid":true}',
)
BODY = (
    '{"type":"message","timestamp":"2024-04-20T10:26:00.960Z","data":{"order":"A-1","note":"für\\u00fc ☂","paid":true}}'
).encode()


def url(secret: str = NEW, **options: str) -> str:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items())
    return f"webhook://:{quote(secret, safe='')}@/?{query}"


def opened(secret: str = NEW, lease_ms: int = LEASE_MS, **options: str) -> WebhookSender:
    return WebhookSender.from_url(url(secret, **{"allow": "127.0.0.0/8", **options}), "WEBHOOK_URL", lease_ms)


async def sent(sender: WebhookSender, address: str, **changes: Any) -> Outcome:
    try:
        return await sender.send(replace(NOTE, address=address, **changes))
    finally:
        await sender.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"])  # noqa: S104  # Asked for, not bound to.
async def test_a_machine_behind_our_own_walls_is_not_called(host: str) -> None:
    async with provider(Says()) as there:
        tls = await sent(opened(allow="10.9.0.0/16"), f"https://{host}:{there.port}/in")
        plain = await sent(opened(allow="10.9.0.0/16"), f"http://{host}:{there.port}/in")

        assert tls == Refused("the address is not one of the public internet")
        assert plain == Refused("without TLS only the networks of the option allow are called")
        assert (there.asked, there.connections) == ([], set())


async def test_without_tls_the_public_internet_is_not_called_either() -> None:
    assert await sent(opened(), "http://93.184.216.34/in") == Refused(
        "without TLS only the networks of the option allow are called"
    )


async def test_by_default_no_network_is_allowed() -> None:
    sender = WebhookSender.from_url(url(), "WEBHOOK_URL", LEASE_MS)
    async with provider(Says()) as there:
        assert isinstance(await sent(sender, f"{there.url}/in"), Refused)
        assert there.asked == []


async def test_a_certificate_that_nobody_vouches_for_is_no_connection() -> None:
    async with provider(Says()) as there:
        assert await sent(opened(), f"https://127.0.0.1:{there.port}/in") == Deferred("no connection")
        assert there.asked == []


async def test_where_a_name_leads_is_decided_when_it_is_called_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server may say another thing the second time; the socket is held to what it connects to."""
    answers = [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.2", "127.0.0.1"]]
    monkeypatch.setattr(socket, "getaddrinfo", _resolver(answers))
    async with provider(Says()) as there:
        address = f"http://hooks.example.com:{there.port}/in"
        outcomes = [await sent(opened(allow="127.0.0.1/32"), address) for _ in range(3)]

        assert outcomes == [
            Accepted("200 OK"),
            Refused("without TLS only the networks of the option allow are called"),
            # Of several addresses the one that may be called is.
            Accepted("200 OK"),
        ]
        assert answers == []
        assert [each.headers["host"] for each in there.asked] == [f"hooks.example.com:{there.port}"] * 2


def _resolver(answers: list[list[str]]) -> Callable[..., list[Any]]:
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *rest: Any, **named: Any) -> list[Any]:
        if host != "hooks.example.com":
            return real(host, port, *rest, **named)
        found = answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    return resolve
