from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic

import pytest
from h2.errors import ErrorCodes
from h2.settings import SettingCodes

from dispatch.channels.http2_client import Http2Client
from dispatch.http_client import AnswerLost, HttpAnswer, NotSent
from tests.dispatch.http2_provider import Http2Provider, Http2Says, http2_provider
from tests.dispatch.http_provider import Asked

LEASE_MS = 1_500


@asynccontextmanager
async def client(there: Http2Provider, silence_s: float = 15.0, lease_ms: int = LEASE_MS) -> AsyncIterator[Http2Client]:
    made = Http2Client(f"http://127.0.0.1:{there.port}", lease_ms, silence_s=silence_s)
    try:
        yield made
    finally:
        await made.close()


async def said(answer: Awaitable[HttpAnswer]) -> str:
    """A name for what became of a request."""
    try:
        return (await answer).body.decode()
    except (NotSent, AnswerLost) as error:
        return f"{type(error).__name__}: {error}"


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(2):
        while not is_so():  # noqa: ASYNC110  # Nothing of what is waited for has an event of its own.
            await asyncio.sleep(0.001)


def echo(asked: Asked) -> Http2Says:
    return Http2Says(200, asked.path.encode(), {"x-one": "1"})


async def test_an_answer_comes_with_its_headers_and_body() -> None:
    async with http2_provider(echo) as there, client(there) as made:
        answer = await made.post("/a?b=c", b"said", {"x-two": "2"})

        assert (answer.status, dict(answer.headers), answer.body) == (200, {"x-one": "1"}, b"/a")
        [asked] = there.asked
        assert asked.headers == {
            ":method": "POST",
            ":scheme": "http",
            ":authority": f"127.0.0.1:{there.port}",
            ":path": "/a?b=c",
            "x-two": "2",
        }
        assert asked.body == b"said"


async def test_many_at_once_go_over_one_connection_and_each_gets_its_own_answer() -> None:
    once = asyncio.Event()
    async with http2_provider(lambda asked: Http2Says(200, asked.body, once=once)) as there, client(there) as made:
        answers = asyncio.gather(*(made.post("/", str(number).encode(), {}) for number in range(100)))
        await until(lambda: len(there.asked) == 100)
        once.set()

        assert [answer.body for answer in await answers] == [str(number).encode() for number in range(100)]
        assert [served.most_open for served in there.connections] == [100]


async def test_no_more_go_at_once_than_the_server_allows() -> None:
    async with http2_provider(echo, {SettingCodes.MAX_CONCURRENT_STREAMS: 3}) as there, client(there) as made:
        answers = await asyncio.gather(*(made.post(f"/{number}", b"x", {}) for number in range(20)))

        assert [answer.body for answer in answers] == [f"/{number}".encode() for number in range(20)]
        assert [served.most_open for served in there.connections] == [3]


async def test_a_server_that_allows_more_later_gets_more() -> None:
    once = asyncio.Event()

    def answer(asked: Asked) -> Http2Says:
        return echo(asked) if asked.path == "/0" else Http2Says(200, asked.path.encode(), once=once)

    async with http2_provider(answer, {SettingCodes.MAX_CONCURRENT_STREAMS: 1}) as there, client(there) as made:
        await made.post("/0", b"x", {})
        answers = asyncio.gather(*(made.post(f"/{number}", b"x", {}) for number in range(1, 6)))
        await until(lambda: len(there.asked) == 2)
        there.connections[0].set(SettingCodes.MAX_CONCURRENT_STREAMS, 4)
        await until(lambda: len(there.asked) == 5)
        once.set()

        assert len(await answers) == 5
        assert there.connections[0].most_open == 4


async def test_who_finds_no_free_stream_in_time_was_not_sent() -> None:
    says = Http2Says(hangs=True)
    async with http2_provider(says, {SettingCodes.MAX_CONCURRENT_STREAMS: 1}) as there, client(there) as made:
        outcomes = await asyncio.gather(*(said(made.post(f"/{number}", b"x", {})) for number in range(3)))

        assert sorted(outcomes) == ["AnswerLost: no answer in time", *["NotSent: no answer in time"] * 2]
        assert len(there.asked) == 1


async def test_nothing_is_sent_before_the_server_has_said_its_limits() -> None:
    async with http2_provider(echo, settles=False) as there, client(there) as made:
        outcomes = await asyncio.gather(*(said(made.post("/", b"x", {})) for _ in range(3)))

        assert outcomes == ["NotSent: no connection"] * 3
        assert (there.asked, len(there.connections)) == ([], 1)


async def test_a_server_that_goes_away_has_not_looked_at_what_is_above_its_last_stream() -> None:
    once = asyncio.Event()
    async with (
        http2_provider(lambda asked: Http2Says(200, asked.path.encode(), once=once)) as there,
        client(there) as made,
    ):
        asked = [asyncio.create_task(said(made.post(f"/{number}", b"x", {}))) for number in range(5)]
        await until(lambda: len(there.asked) == 5)
        there.connections[0].go_away(last_stream_id=3)
        later = await asyncio.gather(*asked[2:])
        after = asyncio.create_task(said(made.post("/after", b"x", {})))
        await until(lambda: len(there.connections) == 2)
        once.set()

        assert later == ["NotSent: the connection is closing"] * 3
        assert await asyncio.gather(*asked[:2]) == ["/0", "/1"]
        assert await after == "/after"
        await there.connections[0].is_over.wait()
        assert there.connections[0].resets == [5, 7, 9]


async def test_a_server_that_goes_away_while_nothing_is_asked_is_left() -> None:
    async with http2_provider(echo) as there, client(there) as made:
        await made.post("/", b"x", {})
        there.connections[0].go_away(last_stream_id=1)
        async with asyncio.timeout(1):
            await there.connections[0].is_over.wait()

        assert await said(made.post("/next", b"x", {})) == "/next"


async def test_a_server_that_goes_away_and_hangs_up_leaves_the_rest_in_doubt() -> None:
    async with http2_provider(Http2Says(hangs=True)) as there, client(there) as made:
        asked = [asyncio.create_task(said(made.post("/", b"x", {}))) for _ in range(3)]
        await until(lambda: len(there.asked) == 3)
        there.connections[0].go_away(last_stream_id=2**31 - 1)
        there.connections[0].go_away(last_stream_id=3)
        await asked[2]
        there.connections[0].hang_up()

        assert await asyncio.gather(*asked) == [
            *["AnswerLost: the connection was lost"] * 2,
            "NotSent: the connection is closing",
        ]


async def test_a_lost_connection_leaves_in_doubt_what_was_sent_and_the_next_one_takes_over() -> None:
    async with http2_provider(Http2Says(hangs=True)) as there, client(there) as made:
        asked = [asyncio.create_task(said(made.post("/", b"x", {}))) for _ in range(3)]
        await until(lambda: len(there.asked) == 3)
        there.connections[0].hang_up()
        there.answer = echo

        assert await asyncio.gather(*asked) == ["AnswerLost: the connection was lost"] * 3
        assert await said(made.post("/next", b"x", {})) == "/next"
        assert len(there.connections) == 2


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ErrorCodes.REFUSED_STREAM, "NotSent: the connection was lost"),
        (ErrorCodes.INTERNAL_ERROR, "AnswerLost: the connection was lost"),
        (ErrorCodes.CANCEL, "AnswerLost: the connection was lost"),
    ],
)
async def test_a_stream_that_the_server_gives_up_ends_alone(error: ErrorCodes, outcome: str) -> None:
    async with http2_provider(Http2Says(resets=error)) as there, client(there) as made:
        assert await said(made.post("/", b"x", {})) == outcome
        there.answer = echo
        assert await said(made.post("/next", b"x", {})) == "/next"

        assert (len(there.connections), there.connections[0].resets) == (1, [])


async def test_an_answer_that_does_not_come_is_lost_and_its_stream_given_back() -> None:
    settings = {SettingCodes.MAX_CONCURRENT_STREAMS: 1}
    async with http2_provider(Http2Says(hangs=True), settings) as there, client(there, lease_ms=300) as made:
        started = monotonic()
        assert await said(made.post("/", b"x", {})) == "AnswerLost: no answer in time"
        assert monotonic() - started < 0.3
        there.answer = echo
        assert await said(made.post("/next", b"x", {})) == "/next"

        assert (len(there.connections), there.connections[0].resets) == (1, [1])


async def test_a_silent_connection_is_asked_before_it_gets_a_message() -> None:
    async with http2_provider(echo) as there, client(there, silence_s=0.0) as made:
        for _ in range(3):
            await made.post("/", b"x", {})

        assert (len(there.connections), there.connections[0].pings) == (1, 2)


async def test_a_connection_that_something_on_the_way_forgot_gets_no_message() -> None:
    async with http2_provider(echo) as there, client(there, silence_s=0.0) as made:
        await made.post("/", b"x", {})
        there.connections[0].is_mute = True
        outcomes = await asyncio.gather(*(said(made.post("/next", b"x", {})) for _ in range(5)))

        assert outcomes == ["/next"] * 5
        assert len(there.connections) == 2
        await there.connections[0].is_over.wait()


async def test_what_waits_on_a_connection_that_is_gone_is_in_doubt_when_that_is_found_out() -> None:
    async with http2_provider(Http2Says(hangs=True)) as there, client(there, silence_s=0.05) as made:
        waiting = asyncio.create_task(said(made.post("/", b"x", {})))
        await until(lambda: len(there.asked) == 1)
        there.connections[0].is_mute = True
        there.answer = echo
        await asyncio.sleep(0.1)

        assert await said(made.post("/next", b"x", {})) == "/next"
        assert await waiting == "AnswerLost: the connection was lost"


async def test_a_long_request_goes_as_the_server_makes_room() -> None:
    body = bytes(range(256)) * 1_200
    settings = {SettingCodes.INITIAL_WINDOW_SIZE: 5_000}
    async with http2_provider(echo, settings) as there, client(there) as made:
        assert await said(made.post("/long", body, {})) == "/long"

        assert there.asked[0].body == body


async def test_a_request_that_the_server_makes_no_room_for_was_not_sent() -> None:
    settings = {SettingCodes.INITIAL_WINDOW_SIZE: 10}
    async with http2_provider(echo, settings, makes_room=False) as there, client(there, lease_ms=300) as made:
        assert await said(made.post("/", b"x" * 11, {})) == "NotSent: no answer in time"
        assert await said(made.post("/", b"x" * 10, {})) == "/"

        assert there.connections[0].resets == [1]


async def test_an_answer_before_the_end_of_the_request_is_one() -> None:
    settings = {SettingCodes.INITIAL_WINDOW_SIZE: 10}
    says = Http2Says(413, b"too large")
    async with (
        http2_provider(says, settings, makes_room=False, answers_early=True) as there,
        client(there) as made,
    ):
        answer = await made.post("/", b"x" * 100, {})

        assert (answer.status, answer.body) == (413, b"too large")
        await until(lambda: there.connections[0].resets == [1])


async def test_a_long_answer_is_cut_and_the_connection_stays() -> None:
    async with http2_provider(Http2Says(200, b"x" * 300_000)) as there, client(there) as made:
        answers = await asyncio.gather(*(made.post("/", b"x", {}) for _ in range(3)))

        assert [len(answer.body) for answer in answers] == [65_536] * 3
        assert len(there.connections) == 1


async def test_nobody_there_is_not_sent() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        made = Http2Client(f"http://127.0.0.1:{held.getsockname()[1]}", LEASE_MS)

        assert await said(made.post("/", b"x", {})) == "NotSent: no connection"
        await made.close()


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 9, b"\xff" * 30, b""])
async def test_what_does_not_speak_http2_is_not_sent_to(greeting: bytes) -> None:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made = Http2Client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", LEASE_MS)

    assert await said(made.post("/", b"x", {})) == "NotSent: the connection is closing"
    await made.close()
    server.close()


async def test_closing_leaves_in_doubt_what_is_under_way() -> None:
    async with http2_provider(Http2Says(hangs=True)) as there, client(there) as made:
        asked = asyncio.create_task(said(made.post("/", b"x", {})))
        await until(lambda: len(there.asked) == 1)
        await made.close()

        assert await asked == "AnswerLost: the connection was lost"
        await there.connections[0].is_over.wait()
