from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from graph.bolt import messages
from graph.bolt.connection import BoltConnection
from graph.bolt.errors import BoltBroken, BoltFailure, BoltLost
from tests.faults.processes import eventually
from tests.graph.bolt.scripted_server import (
    AGREED,
    HANDSHAKE,
    IGNORED,
    NOOP,
    PULL,
    RESET,
    SUCCESS,
    WORDS_OF_THE_SERVER,
    Peer,
    failure,
    hello,
    logon,
    message,
    record,
    run,
    server,
)

WRONG = "Neo.ClientError.Statement.SyntaxError"
UNAUTHORIZED = "Neo.ClientError.Security.Unauthorized"
LAST = "RETURN 9"


async def connect(port: int, password: str = "") -> BoltConnection:
    return await BoltConnection.open("127.0.0.1", port, "neo4j", password)


def ask(connection: BoltConnection, words: str) -> Awaitable[object]:
    return connection.only_value(messages.run(words, {}, "neo4j", 1_000))


async def test_the_bytes_of_a_first_read_are_those_of_the_documentation() -> None:
    async def play(peer: Peer) -> None:
        await peer.hears(bytes.fromhex("6060B017 00000405 00000000 00000000 00000000"))
        await peer.says(bytes.fromhex("00000405"))
        await peer.hears(hello() + logon("neo4j", "hush"))
        await peer.says(SUCCESS, SUCCESS)
        await peer.hears(run("RETURN 7") + PULL)
        await peer.says(SUCCESS, record(7), SUCCESS)
        await peer.hears(bytes.fromhex("0002 B002 0000"))
        await peer.hears_nothing_more()

    async with server(play) as port:
        connection = await connect(port, "hush")
        assert await ask(connection, "RETURN 7") == 7
        connection.close()
        assert not connection.is_open


@pytest.mark.parametrize(
    "answer",
    [bytes(4), bytes.fromhex("00000505"), bytes.fromhex("00000404"), b"HTTP/1.1 400 Bad Request\r\n\r\n"],
)
async def test_a_server_that_speaks_anything_else_is_hung_up_on_before_it_hears_the_password(answer: bytes) -> None:
    async def play(peer: Peer) -> None:
        await peer.hears(HANDSHAKE)
        await peer.says(answer)
        await peer.hears_nothing_more()

    async with server(play) as port:
        with pytest.raises(BoltBroken, match=r"the server does not speak Bolt 5\.4"):
            await connect(port, "hush")


@pytest.mark.parametrize("greeting", [b"220 mail.example.com ESMTP\r\n", AGREED + SUCCESS + SUCCESS])
async def test_a_server_that_speaks_first_never_hears_the_password(greeting: bytes) -> None:
    async def play(peer: Peer) -> None:
        await peer.says(greeting)
        with suppress(asyncio.IncompleteReadError, ConnectionResetError):
            await peer.hears(HANDSHAKE)
        await peer.hears_nothing_more()

    async with server(play) as port:
        with pytest.raises((BoltBroken, BoltLost)):
            await connect(port, "hush")


async def test_a_server_that_hangs_up_over_the_version_is_lost() -> None:
    async def play(peer: Peer) -> None:
        await peer.hears(HANDSHAKE)
        peer.hangs_up()

    async with server(play) as port:
        with pytest.raises(BoltLost):
            await connect(port)


@pytest.mark.parametrize(
    "answers", [(SUCCESS, failure(UNAUTHORIZED)), (failure(UNAUTHORIZED), IGNORED), (failure(UNAUTHORIZED),)]
)
async def test_a_refused_password_is_a_failure_with_its_code_also_where_the_server_hangs_up_with_it(
    answers: tuple[bytes, ...],
) -> None:
    async def play(peer: Peer) -> None:
        await peer.hears(HANDSHAKE)
        await peer.says(AGREED)
        await peer.hears(hello() + logon("neo4j", "hush"))
        await peer.says(*answers)
        if len(answers) == 1:
            peer.hangs_up()
        else:
            await peer.hears_nothing_more()

    async with server(play) as port:
        with pytest.raises(BoltFailure) as refused:
            await connect(port, "hush")

    assert refused.value.code == str(refused.value) == UNAUTHORIZED
    assert WORDS_OF_THE_SERVER not in repr(vars(refused.value)) + repr(refused.value)


async def test_nobody_there_is_an_error_of_the_socket() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match="Connect"):
            await connect(taken.getsockname()[1])


async def test_answers_that_come_byte_by_byte_with_nothing_between_them_are_the_same_answers() -> None:
    async def play(peer: Peer) -> None:
        await peer.hears(HANDSHAKE)
        await peer.says_byte_by_byte(AGREED)
        await peer.hears(hello() + logon("neo4j", ""))
        await peer.says_byte_by_byte(NOOP, SUCCESS, NOOP, NOOP, SUCCESS, NOOP)
        for value in (1, 2):
            await peer.hears_run(f"RETURN {value}")
            await peer.says_byte_by_byte(NOOP, SUCCESS, NOOP, record(value), NOOP, NOOP, SUCCESS)
        await peer.hears_goodbye()

    async with server(play) as port:
        connection = await connect(port)
        assert [await ask(connection, f"RETURN {value}") for value in (1, 2)] == [1, 2]
        connection.close()


@pytest.mark.parametrize("kept", range(len(SUCCESS + record(7) + SUCCESS)))
async def test_a_server_that_hangs_up_in_the_middle_of_an_answer_is_lost(kept: int) -> None:
    async def play(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("RETURN 7")
        await peer.says((SUCCESS + record(7) + SUCCESS)[:kept])
        peer.hangs_up()

    async with server(play) as port:
        connection = await connect(port)
        with pytest.raises(BoltLost):
            await ask(connection, "RETURN 7")
        assert not connection.is_open
        with pytest.raises(BoltLost):
            await ask(connection, LAST)


@pytest.mark.parametrize("unasked", [SUCCESS, record(66), failure(WRONG), IGNORED, NOOP + SUCCESS])
async def test_an_answer_to_nothing_ends_a_connection_that_rests(unasked: bytes) -> None:
    async def play(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("RETURN 7")
        await peer.says(SUCCESS, record(7), SUCCESS)
        await peer.says(unasked)
        await peer.hears_nothing_more()

    async with server(play) as port:
        connection = await connect(port)
        assert await ask(connection, "RETURN 7") == 7
        await eventually(lambda: not connection.is_open, 5)
        with pytest.raises(BoltLost):
            await ask(connection, LAST)


@pytest.mark.parametrize("unasked", [SUCCESS, record(66), failure(WRONG), IGNORED, record(66) + SUCCESS])
async def test_an_answer_to_nothing_in_one_piece_with_another_reaches_nobody(unasked: bytes) -> None:
    async def play(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("RETURN 7")
        await peer.says(SUCCESS, record(7), SUCCESS, unasked)
        await peer.hears_nothing_more()

    async with server(play) as port:
        connection = await connect(port)
        assert await ask(connection, "RETURN 7") == 7
        assert not connection.is_open
        with pytest.raises(BoltLost):
            await ask(connection, LAST)


@pytest.mark.parametrize(
    "answers",
    [
        record(66),
        IGNORED,
        SUCCESS + IGNORED,
        SUCCESS + message(b"\xb1\x01\xa0"),
        SUCCESS + message(b"\xb1"),
        SUCCESS + message(b"\xb1\x71"),
        SUCCESS + message(b"\xb1\x71\x90"),
        SUCCESS + message(b"\xb1\x71\xa0"),
        SUCCESS + message(b"\xb1\x71\x07"),
        SUCCESS + message(b"\xb1\x71\x92\x07"),
        SUCCESS + message(b"\xb1\x71\x91\x07\x07"),
        SUCCESS + message(b"\xb1\x71\x91\xb1\x44\x07"),
        message(b"\xb1\x7f\xa0"),
        message(b"\xb1\x7f\x90"),
        message(b"\xb1\x7f\xa1\x84code\x07"),
        message(b"\xb0\x7f"),
    ],
    ids=lambda answers: answers.hex(),
)
async def test_an_answer_that_is_none_is_an_error_and_ends_the_connection(answers: bytes) -> None:
    async def play(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("RETURN 7")
        await peer.says(answers)
        await peer.hears_nothing_more()

    async with server(play) as port:
        connection = await connect(port)
        with pytest.raises(BoltBroken):
            await ask(connection, "RETURN 7")
        assert not connection.is_open


async def test_after_a_failure_the_next_statement_comes_after_one_reset() -> None:
    async def play(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("WRONG")
        await peer.says(failure(WRONG), IGNORED)
        await peer.hears(RESET)
        await peer.says(SUCCESS)
        await peer.hears_run("RETURN 1")
        await peer.says(SUCCESS, record(1), SUCCESS)
        await peer.hears_run("RETURN 2")
        await peer.says(SUCCESS, record(2), SUCCESS)
        await peer.hears_goodbye()

    async with server(play) as port:
        connection = await connect(port)
        with pytest.raises(BoltFailure) as failed:
            await ask(connection, "WRONG")
        assert failed.value.code == WRONG
        assert WORDS_OF_THE_SERVER not in repr(vars(failed.value)) + repr(failed.value)
        assert connection.is_open
        assert await ask(connection, "RETURN 1") == 1
        assert await ask(connection, "RETURN 2") == 2
        connection.close()


async def test_a_failure_that_cannot_be_reset_is_not_the_next_ones_failure() -> None:
    async def play(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("WRONG")
        await peer.says(failure(WRONG), IGNORED)
        await peer.hears(RESET)
        await peer.says(failure("Neo.DatabaseError.General.UnknownError"))
        await peer.hears_nothing_more()

    async with server(play) as port:
        connection = await connect(port)
        with pytest.raises(BoltFailure):
            await ask(connection, "WRONG")
        with pytest.raises(BoltLost):
            await ask(connection, LAST)
        assert not connection.is_open


async def test_a_server_that_hangs_up_with_its_failure_is_a_failure_and_the_connection_is_closed() -> None:
    async def play(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("WRONG")
        await peer.says(failure(WRONG))
        peer.hangs_up()

    async with server(play) as port:
        connection = await connect(port)
        with pytest.raises(BoltFailure, match=WRONG):
            await ask(connection, "WRONG")
        assert not connection.is_open


# What the server answers, and what the reader gets of it.
OUTCOMES: dict[str, tuple[bytes, object]] = {
    "one record": (SUCCESS + record(7) + SUCCESS, 7),
    "no record": (SUCCESS + SUCCESS, None),
    "a record of nothing": (SUCCESS + message(b"\xb1\x71\x91\xc0") + SUCCESS, None),
    "many records": (SUCCESS + record(1, 5) + record(2) + record(3) + SUCCESS, 1),
    "nothing and more": (SUCCESS + message(b"\xb1\x71\x91\xc0") + record(2) + SUCCESS, None),
    "refused": (failure(WRONG) + IGNORED, BoltFailure),
    "refused at the end": (SUCCESS + failure(WRONG), BoltFailure),
    "refused in the middle": (SUCCESS + record(66) + record(67) + failure(WRONG), BoltFailure),
}


async def test_whatever_came_before_each_statement_gets_its_own_answer() -> None:
    order = list(itertools.chain.from_iterable(itertools.product(OUTCOMES, repeat=3)))

    async def play(peer: Peer) -> None:
        await peer.signs_in()
        must_reset = False
        for name in order:
            if must_reset:
                await peer.hears(RESET)
                await peer.says(SUCCESS)
            await peer.hears_run(name)
            answer, expected = OUTCOMES[name]
            must_reset = expected is BoltFailure
            await peer.says(answer)
        await peer.hears_goodbye()

    async with server(play) as port:
        connection = await connect(port)
        for name in order:
            expected = OUTCOMES[name][1]
            if expected is BoltFailure:
                with pytest.raises(BoltFailure, match=WRONG):
                    await ask(connection, name)
            else:
                assert await ask(connection, name) == expected
        connection.close()


@pytest.mark.parametrize("came_before", [b"", SUCCESS + record(66)[:4], failure(WRONG), SUCCESS + record(66) + SUCCESS])
async def test_a_statement_that_is_cancelled_ends_its_connection_also_in_the_moment_of_its_answer(
    came_before: bytes,
) -> None:
    heard = asyncio.Event()

    async def play(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("RETURN 66")
        heard.set()
        await peer.hears_nothing_more()

    async with server(play) as port:
        connection = await connect(port)
        reading = asyncio.ensure_future(ask(connection, "RETURN 66"))
        await heard.wait()
        connection.data_received(came_before)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert not connection.is_open
        with pytest.raises(BoltLost):
            await ask(connection, LAST)


async def test_a_statement_that_is_cancelled_before_its_reset_was_answered_is_never_sent() -> None:
    resets = asyncio.Event()

    async def play(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("WRONG")
        await peer.says(failure(WRONG), IGNORED)
        await peer.hears(RESET)
        resets.set()
        await peer.hears_nothing_more()

    async with server(play) as port:
        connection = await connect(port)
        with pytest.raises(BoltFailure):
            await ask(connection, "WRONG")
        reading = asyncio.ensure_future(ask(connection, "RETURN 66"))
        await resets.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert not connection.is_open


async def test_signing_in_that_is_cancelled_hangs_up() -> None:
    heard = asyncio.Event()

    async def play(peer: Peer) -> None:
        await peer.hears(HANDSHAKE)
        await peer.says(AGREED)
        await peer.hears(hello() + logon("neo4j", ""))
        heard.set()
        await peer.hears_nothing_more()

    async with server(play) as port:
        connecting = asyncio.ensure_future(connect(port))
        await heard.wait()
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting


@pytest.mark.parametrize("end", [BoltConnection.close, BoltConnection.abort])
async def test_a_connection_that_is_closed_under_a_reader_is_lost_to_it_and_may_be_closed_twice(
    end: Callable[[BoltConnection], None],
) -> None:
    heard = asyncio.Event()

    async def play(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_run("RETURN 66")
        heard.set()
        await (peer.hears_goodbye() if end is BoltConnection.close else peer.hears_nothing_more())

    async with server(play) as port:
        connection = await connect(port)
        reading = asyncio.ensure_future(ask(connection, "RETURN 66"))
        await heard.wait()
        end(connection)
        connection.close()
        connection.abort()
        with pytest.raises(BoltLost):
            await reading
        assert not connection.is_open


async def test_the_socket_keeps_itself_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[asyncio.BaseTransport] = []
    connection_made = BoltConnection.connection_made

    def keep(connection: BoltConnection, transport: asyncio.BaseTransport) -> None:
        made.append(transport)
        connection_made(connection, transport)

    async def play(peer: Peer) -> None:
        await peer.signs_in()
        await peer.hears_goodbye()

    monkeypatch.setattr(BoltConnection, "connection_made", keep)
    async with server(play) as port:
        connection = await connect(port)
        (transport,) = made
        assert transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        connection.close()
