"""LMTP over real sockets: each recipient is answered for, and only what is committed is taken."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvloop

from gateway.lmtp.address import LmtpAddress
from gateway.lmtp.letters import MOST_RECIPIENTS, Letters
from gateway.lmtp.listener import MOST_BYTES, LmtpListener
from tests.gateway.lmtp.lmtp_client import LmtpClient, connected

LETTER = b"From: ann@example.com\r\nSubject: Re\r\n\r\n.dot\r\n..two\r\nThank you.\r\n"
ANYWHERE = LmtpAddress("127.0.0.1", 0)


@dataclass(slots=True)
class Takers:
    """Whoever letters are given to; each of `answers` is said or raised, and after them all are taken."""

    answers: list[bool | Exception] = field(default_factory=list)
    taken: list[tuple[Sequence[str], bytes]] = field(default_factory=list)

    async def take(self, recipients: Sequence[str], letter: bytes) -> bool:
        self.taken.append((tuple(recipients), letter))
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, Exception):
            raise answer
        return answer


def listener(takers: Takers, **more: float) -> LmtpListener:
    return LmtpListener(ANYWHERE, Letters(takers.take), **more)  # type: ignore[arg-type]  # Only numbers.


async def test_a_letter_that_comes_back_without_a_sender_is_answered_for_each_recipient_and_taken_once() -> None:
    takers = Takers()
    async with listener(takers).listening() as port, connected(port) as client:
        said = await client.greet()
        answers = await client.bring(LETTER, "bounces+a@example.com", "shop@example.com", "x@example.com")
        again = await client.bring(LETTER, "shop@example.com", sender="ann@example.com")
        assert await client.say("QUIT") == "221 2.0.0 Bye"

    assert answers == ["250 2.0.0 Taken"] * 3
    assert again == ["250 2.0.0 Taken"]
    assert takers.taken == [
        (("bounces+a@example.com", "shop@example.com", "x@example.com"), LETTER),
        (("shop@example.com",), LETTER),
    ]
    assert said.split("\n") == [
        "250-customer-graph",
        f"250-SIZE {MOST_BYTES}",
        "250-8BITMIME",
        "250-SMTPUTF8",
        "250-PIPELINING",
        "250-ENHANCEDSTATUSCODES",
        "250 HELP",
    ]


async def test_what_cannot_be_committed_now_is_kept_by_the_mail_server_for_each_recipient(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    takers = Takers([False, RuntimeError("ann@example.com wrote Thank you")])
    async with listener(takers).listening() as port, connected(port) as client:
        await client.greet()
        later = [await client.bring(LETTER, "a@example.com", "b@example.com") for _ in range(2)]
        then = await client.bring(LETTER, "a@example.com", "b@example.com")

    assert later == [["451 4.3.0 Not taken now, try again later"] * 2] * 2
    assert then == ["250 2.0.0 Taken"] * 2
    said = " ".join(each.getMessage() for each in caplog.records)
    assert "a letter has to come again: RuntimeError" in said
    assert "example.com" not in said
    assert "Thank you" not in said


async def test_pipelined_commands_are_answered_one_by_one_in_order() -> None:
    takers = Takers()
    async with listener(takers).listening() as port, connected(port) as client:
        await client.greet()
        client.writer.write(b"MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
        before = [(await client.answer())[:3] for _ in range(4)]
        client.writer.write(LETTER.replace(b"\r\n.", b"\r\n..") + b".\r\nQUIT\r\n")
        after = [(await client.answer())[:3] for _ in range(3)]

    assert (before, after) == (["250", "250", "250", "354"], ["250", "250", "221"])
    assert [recipients for recipients, _ in takers.taken] == [("a@b.example", "c@d.example")]


async def test_who_speaks_smtp_or_in_the_wrong_order_is_told_so() -> None:
    takers = Takers()
    async with listener(takers).listening() as port, connected(port) as client:
        assert (await client.answer()).startswith("220 ")
        for greeting in ("EHLO mx.example.net", "HELO mx.example.net"):
            assert (await client.say(greeting)).startswith("500 5.0.0 ")
        assert (await client.say("MAIL FROM:<>")).startswith("503 5.0.0 ")
        await client.say("LHLO mx.example.net")
        assert (await client.say("RCPT TO:<a@b.example>")).startswith("503 5.0.0 ")
        assert await client.say("MAIL FROM:<>") == "250 2.0.0 OK"
        assert (await client.say("DATA")).startswith("503 5.0.0 ")

    assert takers.taken == []


async def test_too_much_is_refused_for_each_recipient_and_not_looked_at() -> None:
    takers = Takers()
    async with listener(takers).listening() as port, connected(port) as client:
        await client.greet()
        answers = await client.bring(b"x" * 70 + b"\r\n" + (b"y" * 998 + b"\r\n") * 1_049, "a@b.example", "c@d.example")
        assert (await client.say(f"MAIL FROM:<> SIZE={MOST_BYTES + 1}")).startswith("552 ")
        small = await client.bring(LETTER, "a@b.example")
        assert await client.say("MAIL FROM:<>") == "250 2.0.0 OK"
        told = [await client.say(f"RCPT TO:<r{n}@b.example>") for n in range(MOST_RECIPIENTS + 1)]

    assert [each[:9] for each in answers] == ["552 5.0.0"] * 2
    assert (small, len(takers.taken)) == (["250 2.0.0 Taken"], 1)
    assert told[-2:] == ["250 2.1.5 Recipient known", "452 4.5.3 Too many recipients"]


async def test_who_says_nothing_is_cut_off() -> None:
    async with listener(Takers(), timeout_s=0.2).listening() as port, connected(port) as client:
        assert (await client.answer()).startswith("220 ")
        assert await client.answer() == ""


async def test_beyond_so_many_connections_one_more_is_sent_away_until_another_ends() -> None:
    async with listener(Takers(), most_connections=1).listening() as port:
        async with connected(port) as client:
            await client.greet()
            async with connected(port) as other:
                assert await other.answer() == "421 4.3.2 Too many connections"
                assert await other.answer() == ""
            assert await client.say("QUIT") == "221 2.0.0 Bye"
            assert await client.answer() == ""
        async with connected(port) as client:
            assert "250-PIPELINING" in await client.greet()


async def test_in_the_end_open_connections_are_cut_and_a_letter_in_between_is_not_answered_for() -> None:
    began, never = asyncio.Event(), asyncio.Event()

    async def take(_recipients: Sequence[str], _letter: bytes) -> bool:
        began.set()
        return await never.wait()

    async with LmtpListener(ANYWHERE, Letters(take)).listening() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        client = LmtpClient(reader, writer)
        await client.greet()
        bringing = asyncio.create_task(client.bring(LETTER, "a@b.example"))
        await asyncio.wait_for(began.wait(), 20)

    assert await bringing == [""]
    writer.close()


@pytest.mark.parametrize(
    "dialogue",
    [
        test_a_letter_that_comes_back_without_a_sender_is_answered_for_each_recipient_and_taken_once,
        test_too_much_is_refused_for_each_recipient_and_not_looked_at,
        test_who_says_nothing_is_cut_off,
        test_beyond_so_many_connections_one_more_is_sent_away_until_another_ends,
        test_in_the_end_open_connections_are_cut_and_a_letter_in_between_is_not_answered_for,
    ],
)
async def test_it_goes_alike_on_the_loop_that_the_gateway_runs_on(
    dialogue: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    await asyncio.to_thread(uvloop.run, dialogue())


async def test_a_port_that_somebody_else_has_is_told_by_the_name_of_its_variable() -> None:
    async with listener(Takers()).listening() as port:
        taken = LmtpListener(LmtpAddress("127.0.0.1", port), Letters(Takers().take))
        with pytest.raises(ValueError, match=f"^CUSTOMER_GRAPH_LMTP: nobody can listen on port {port} "):
            async with taken.listening():
                raise AssertionError("nobody may listen twice")
