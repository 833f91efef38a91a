from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from dispatch.channels.webhook import WebhookSender
from dispatch.outcome import Accepted, Deferred, Refused
from tests.dispatch.http_provider import Says, provider
from tests.dispatch.webhooks import LEASE_MS, opened, sent, url


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
        assert await sent(opened(), f"https://127.0.0.1:{there.port}/in") == Deferred("no connection", at_fault=True)
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
