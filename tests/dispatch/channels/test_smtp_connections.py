from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic

import pytest

from dispatch.channels.email import EmailSender
from dispatch.channels.smtp_account import SmtpAccount
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.smtp_server import SmtpServer, Starttls
from tests.dispatch.letters import LETTER
from tests.dispatch.smtp_script import CLOSE, HANG, ScriptedServer, scripted_server

TAKEN = Accepted("250 2.0.0 Ok: queued as 4F2A9", "4F2A9")
ENVELOPE = ["MAIL", "RCPT", "DATA"]
POOL = "dispatch.channels.smtp_connections"


@asynccontextmanager
async def mail(**answers: str) -> AsyncIterator[tuple[ScriptedServer, EmailSender]]:
    async with scripted_server(**answers) as server:
        sender = EmailSender(SmtpAccount(SmtpServer("127.0.0.1", server.port, starttls=Starttls.NEVER)), 2_000)
        try:
            yield server, sender
        finally:
            await sender.close()


async def send(sender: EmailSender, count: int = 1) -> Sequence[Outcome]:
    return await asyncio.gather(*(sender.send(LETTER) for _ in range(count)))


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        await asyncio.sleep(0.005)
    pytest.fail("it did not come to that")


async def until_present(server: ScriptedServer, count: int) -> None:
    await until(lambda: len(server.present) == count)


async def test_many_letters_go_over_one_connection() -> None:
    async with mail() as (server, sender):
        outcomes = [outcome for _ in range(5) for outcome in await send(sender)]

    assert outcomes == [TAKEN] * 5
    assert (server.connections, len(server.letters)) == (1, 5)
    assert server.verbs == ["EHLO", *ENVELOPE * 5, "QUIT"]


async def test_of_many_connections_only_so_many_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{POOL}._AT_REST", 2)
    async with mail() as (server, sender):
        assert await send(sender, 5) == [TAKEN] * 5
        await until_present(server, 2)
        assert (server.connections, server.verbs.count("QUIT")) == (5, 3)

        await send(sender, 2)
        assert server.connections == 5


async def test_side_by_side_no_two_letters_share_a_connection() -> None:
    async with mail() as (server, sender):
        await send(sender, 3)
        server.may_answer.clear()
        sending = asyncio.gather(*(sender.send(replace(LETTER, text=f"Letter {number}")) for number in range(4)))
        await until_present(server, 4)
        server.may_answer.set()

        assert await sending == [TAKEN] * 4
        assert len({each for each in server.letters[3:] if b"Letter " in each}) == 4


async def test_one_that_rests_too_long_is_left_politely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{POOL}._IDLE_S", 0.02)
    async with mail() as (server, sender):
        await send(sender)
        await until_present(server, 0)
        assert server.verbs == ["EHLO", *ENVELOPE, "QUIT"]

        assert await send(sender) == [TAKEN]
        assert server.connections == 2


async def test_one_that_took_many_letters_is_left_politely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{POOL}._LETTERS", 2)
    async with mail() as (server, sender):
        for _ in range(4):
            await send(sender)
        await until_present(server, 0)

    assert (server.connections, server.verbs.count("QUIT"), len(server.letters)) == (2, 2, 4)


@pytest.mark.parametrize("last_words", [b"", b"421 4.4.2 timeout\r\n"])
@pytest.mark.parametrize("pause_s", [0.0, 0.02])
async def test_one_that_the_server_left_is_replaced_by_a_new_one(last_words: bytes, pause_s: float) -> None:
    async with mail() as (server, sender):
        await send(sender)
        server.hang_up(last_words)
        await asyncio.sleep(pause_s)

        assert await send(sender) == [TAKEN]

    assert (server.connections, len(server.letters)) == (2, 2)


@pytest.mark.parametrize("answer", ["421 4.4.2 timeout", CLOSE])
async def test_a_server_that_leaves_at_mail_from_is_asked_once_more_by_a_new_connection(answer: str) -> None:
    async with mail() as (server, sender):
        await send(sender, 2)
        server.answers["MAIL"] = answer

        (outcome,) = await send(sender)

    assert outcome == Deferred("the connection was lost" if answer == CLOSE else answer, elsewhere=True)
    assert (server.connections, server.verbs.count("MAIL"), len(server.letters)) == (3, 4, 2)


@pytest.mark.parametrize("answer", [CLOSE, "451 4.3.0 later"])
async def test_a_new_connection_that_fails_at_mail_from_is_not_tried_again(answer: str) -> None:
    async with mail(MAIL=answer) as (server, sender):
        (outcome,) = await send(sender)

    assert isinstance(outcome, Deferred)
    assert (server.connections, server.verbs.count("MAIL")) == (1, 1)


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
async def test_after_mail_from_a_lost_connection_is_not_tried_again(verb: str) -> None:
    async with mail() as (server, sender):
        await send(sender)
        server.answers[verb] = CLOSE

        assert await send(sender) == [Deferred("the connection was lost", elsewhere=True)]

    assert (server.connections, len(server.letters)) == (1, 1)


@pytest.mark.parametrize(("answer", "said"), [(CLOSE, "the connection was lost"), (HANG, "no answer in time")])
async def test_after_the_final_dot_nothing_is_tried_again(answer: str, said: str) -> None:
    async with mail() as (server, sender):
        await send(sender)
        server.answers["DOT"] = answer

        assert await send(sender) == [Unknown(said, at_fault=True)]
        assert (server.connections, len(server.letters)) == (1, 2)

        del server.answers["DOT"]
        assert await send(sender) == [TAKEN]
        assert server.connections == 2


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "DOT"])
async def test_after_a_421_the_next_letter_has_a_new_connection(verb: str) -> None:
    async with mail(**{verb: "421 4.3.2 closing"}) as (server, sender):
        assert await send(sender) == [Deferred("421 4.3.2 closing", elsewhere=True)]
        del server.answers[verb]

        assert await send(sender) == [TAKEN]

    assert (server.connections, server.verbs.count("MAIL"), server.verbs.count("QUIT")) == (2, 2, 1)


async def test_after_a_refusal_the_envelope_is_taken_back_before_the_next() -> None:
    async with mail(RCPT="550 5.7.1 blocked") as (server, sender):
        assert await send(sender) == [Refused("550 5.7.1 blocked")]
        del server.answers["RCPT"]
        assert await send(sender) == [TAKEN]

    assert server.verbs == ["EHLO", "MAIL", "RCPT", "RSET", *ENVELOPE, "QUIT"]


@pytest.mark.parametrize("answer", ["500 5.5.1 what?", "421 4.3.2 closing", CLOSE])
async def test_a_server_that_does_not_take_an_envelope_back_is_left(answer: str) -> None:
    async with mail(RCPT="550 5.7.1 blocked", RSET=answer) as (server, sender):
        await send(sender)
        del server.answers["RCPT"]

        assert await send(sender) == [TAKEN]

    assert (server.connections, len(server.letters)) == (2, 1)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
async def test_a_send_that_is_cancelled_leaves_no_half_used_connection(verb: str) -> None:
    async with mail() as (server, sender):
        await send(sender)
        server.answers[verb] = HANG
        sending = asyncio.create_task(sender.send(LETTER))
        await until(lambda: server.verbs.count("DATA" if verb == "DOT" else verb) == 2)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await until_present(server, 0)
        del server.answers[verb]

        assert await send(sender) == [TAKEN]
        assert server.connections == 2


async def test_a_connection_that_was_cancelled_while_it_opened_is_closed() -> None:
    async with mail(EHLO=HANG) as (server, sender):
        sending = asyncio.create_task(sender.send(LETTER))
        await until_present(server, 1)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        server.answers["EHLO"] = "250 ready"

        assert await send(sender) == [TAKEN]
        assert server.connections == 2


async def test_closing_says_goodbye_on_all_that_rest_and_waits_for_no_silent_server() -> None:
    async with mail() as (server, sender):
        await send(sender, 3)
        await sender.close()
        assert server.verbs.count("QUIT") == 3
        await until_present(server, 0)

    async with mail(QUIT=HANG) as (server, sender):
        await send(sender, 3)
        started = monotonic()
        await sender.close()
        assert monotonic() - started < 1.0
        assert server.verbs.count("QUIT") == 3


async def test_a_letter_that_is_on_its_way_ends_before_its_connection_does() -> None:
    async with mail() as (server, sender):
        server.may_answer.clear()
        sending = asyncio.create_task(sender.send(LETTER))
        await until(lambda: bool(server.letters))
        await sender.close()
        server.may_answer.set()

        assert await sending == TAKEN
        await until_present(server, 0)
        assert server.verbs[-1] == "QUIT"


async def test_a_slow_server_cannot_use_up_the_time_twice() -> None:
    """The dialogue's time is one for both connections: 0.6 s of a lease of 2 s."""
    async with mail() as (server, sender):
        await send(sender)
        server.answers |= {"MAIL": "421 4.4.2 timeout", "EHLO": HANG}
        started = monotonic()

        assert await send(sender) == [Deferred("no answer in time", elsewhere=True)]

        assert monotonic() - started < 0.9
