from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from dispatch.http_client import AnswerLost, HttpAnswer, HttpClient, NotSent, Unreachable, outcome_of
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.reachable import Reachable
from tests.dispatch.http_provider import Says, provider

LEASE_MS = 1_000


@pytest_asyncio.fixture
async def client() -> AsyncIterator[HttpClient]:
    made = HttpClient(LEASE_MS)
    yield made
    await made.close()


async def test_an_answer_comes_with_its_headers_and_body(client: HttpClient) -> None:
    async with provider(Says.json({"id": "x1"}, 202, **{"Retry-After": "7"})) as there:
        answer = await client.post(f"{there.url}/a?b=c", b"said", {"X-One": "1"})

    assert (answer.status, answer.json(), answer.retry_after_ms) == (202, {"id": "x1"}, 7_000)
    [asked] = there.asked
    assert (asked.method, asked.path, asked.query, asked.body) == ("POST", "/a", "b=c", b"said")
    assert (asked.headers["x-one"], asked.headers["user-agent"]) == ("1", "customer-graph")


async def test_connections_are_used_again(client: HttpClient) -> None:
    async with provider(Says()) as there:
        for _ in range(5):
            await client.post(there.url, b"", {})

        assert (len(there.asked), len(there.connections)) == (5, 1)


async def test_nobody_there_is_not_sent(client: HttpClient) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with pytest.raises(NotSent, match=r"^no connection$"):
            await client.post(f"http://127.0.0.1:{held.getsockname()[1]}/", b"", {})


@pytest.mark.parametrize("says", [Says(hangs=True), Says(hangs_up=True)])
async def test_an_answer_that_does_not_come_is_lost_within_the_lease(client: HttpClient, says: Says) -> None:
    async with provider(says) as there, asyncio.timeout(LEASE_MS / 1000):
        with pytest.raises(AnswerLost):
            await client.post(there.url, b"said", {})

        assert [each.body for each in there.asked] == [b"said"]


async def test_a_server_that_is_silent_leaves_connections_to_the_others() -> None:
    client = HttpClient(LEASE_MS, per_server=2)
    async with provider(Says(hangs=True)) as silent, provider(Says()) as well, asyncio.timeout(5):
        waiting = [asyncio.create_task(client.post(silent.url, b"", {})) for _ in range(300)]
        while len(silent.asked) < 2:  # noqa: ASYNC110  # Nobody is told of it.
            await asyncio.sleep(0.01)

        assert (await client.post(well.url, b"", {})).status == 200
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert sum(isinstance(each, NotSent) for each in ended) == 298
        assert len(silent.asked) == 2
    await client.close()


async def test_a_redirect_is_not_followed_and_no_cookie_kept(client: HttpClient) -> None:
    async with provider(Says(302, headers={"Location": "/elsewhere", "Set-Cookie": "a=b"})) as there:
        answers = [await client.post(there.url, b"", {}) for _ in range(2)]

        assert [answer.status for answer in answers] == [302, 302]
        assert [(each.path, "cookie" in each.headers) for each in there.asked] == [("/", False)] * 2


async def test_a_long_answer_is_cut(client: HttpClient) -> None:
    async with provider(Says(body=b"x" * 1_000_000)) as there:
        answer = await client.post(there.url, b"", {})

    assert len(answer.body) == 65_536


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"])  # noqa: S104  # Asked for, not bound to.
async def test_a_private_address_is_not_called(host: str) -> None:
    client = HttpClient(LEASE_MS, Reachable())
    async with provider(Says()) as there:
        with pytest.raises(Unreachable):
            await client.post(f"http://{host}:{there.port}/", b"", {})

        assert there.asked == []
    await client.close()


async def test_a_private_address_that_is_allowed_is_called() -> None:
    client = HttpClient(LEASE_MS, Reachable.beside(["127.0.0.0/8"]))
    async with provider(Says()) as there:
        answer = await client.post(there.url, b"", {})

    assert answer.status == 200
    await client.close()


@pytest.mark.parametrize(
    ("address", "included"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:0a00:0001::", False),
    ],
)
def test_the_public_internet_is_what_is_not_ours(address: str, *, included: bool) -> None:
    assert Reachable().includes(address) is included


@pytest.mark.parametrize(("address", "included"), [("10.1.2.3", True), ("10.2.0.1", False), ("93.184.216.34", False)])
def test_where_the_public_internet_is_closed_only_what_is_allowed_is_left(address: str, *, included: bool) -> None:
    assert replace(Reachable.beside(["10.1.0.0/16"]), public=False).includes(address) is included


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (NotSent("no connection"), Deferred("no connection", elsewhere=True)),
        (Unreachable("not public"), Refused("not public")),
        (AnswerLost("no answer in time"), Unknown("no answer in time", at_fault=True)),
    ],
)
async def test_a_request_without_an_answer_has_an_outcome(error: Exception, outcome: Outcome) -> None:
    async def asked() -> HttpAnswer:
        raise error

    assert await outcome_of(asked(), lambda _: Accepted("")) == outcome


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("", None),
        ("soon", None),
        ("Wed, 21 Oct 2015 07:28:00 +99999999999999", None),
        ("0", 0),
        ("000120", 120_000),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("86401", 86_400_000),
        ("9" * 5_000, 86_400_000),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400_000),
    ],
)
def test_a_retry_after_asks_for_a_day_at_most_and_for_nothing_where_nobody_can_read_it(
    text: str, milliseconds: int | None
) -> None:
    assert HttpAnswer(429, {"retry-after": text}, b"").retry_after_ms == milliseconds


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"\xff"])
def test_what_is_no_object_is_an_empty_one(body: bytes) -> None:
    assert HttpAnswer(200, {}, body).json() == {}
