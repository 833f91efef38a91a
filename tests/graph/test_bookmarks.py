from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from graph.bookmarks import Bookmarks, Causal, current
from graph.connection import Graph
from graph.errors import GraphError, GraphUnavailable
from graph.settings import GraphSettings
from graph.statement import Statement

KEY = b"k" * 32
MAKE = Statement("make", "CREATE (p:Profile {id: $id}) RETURN p.id")
COUNT = Statement("count", "RETURN COUNT { (:Profile) }", timeout_ms=500)


@pytest_asyncio.fixture
async def other(graph_settings: GraphSettings) -> AsyncIterator[Graph]:
    """As another gateway has it."""
    opened = Graph.open(graph_settings)
    yield opened
    await opened.close()


@pytest.fixture
def bookmarks() -> Bookmarks:
    return Bookmarks(KEY)


def text_of(*names: str) -> str:
    with Bookmarks(KEY).causal() as causal:
        causal.replace((), names)
        text = causal.text()
    assert text is not None
    return text


async def test_what_one_gateway_wrote_another_reads_from_its_bookmark(
    graph: Graph, other: Graph, bookmarks: Bookmarks
) -> None:
    with bookmarks.causal() as wrote:
        await graph.change(MAKE, id="prf_1")
    text = wrote.text()
    assert text is not None
    assert text.replace("-", "").replace("_", "").isalnum()

    with Bookmarks(KEY).causal(text) as read:
        assert read.names() == wrote.names()
        assert await other.read(COUNT) == 1
    # Reading adds nothing: the text still names the caller's own write.
    assert read.text() == text


async def test_one_write_after_the_other_leaves_one_bookmark(graph: Graph, bookmarks: Bookmarks) -> None:
    with bookmarks.causal() as causal:
        await graph.change(MAKE, id="prf_1")
        first = causal.names()
        await graph.change(MAKE, id="prf_2")
        assert len(first) == len(causal.names()) == 1
        assert first != causal.names()


async def test_tasks_inside_a_context_write_into_it_and_nothing_outside_does(
    graph: Graph, bookmarks: Bookmarks
) -> None:
    with bookmarks.causal() as causal:
        await asyncio.gather(*(graph.change(MAKE, id=f"prf_{n}") for n in range(3)))
    assert 1 <= len(causal.names()) <= 3
    before = causal.names()

    await graph.change(MAKE, id="prf_9")

    assert causal.names() == before
    assert current() is None


async def test_a_write_that_failed_leaves_no_bookmark(graph: Graph, bookmarks: Bookmarks) -> None:
    await graph.change(MAKE, id="prf_1")
    with bookmarks.causal() as causal, pytest.raises(GraphError):
        await graph.change(MAKE, id="prf_1")
    assert causal.text() is None


async def test_a_bookmark_from_the_future_ends_with_the_time_limit_and_hurts_nobody_else(
    graph: Graph, other: Graph, bookmarks: Bookmarks
) -> None:
    with bookmarks.causal() as causal:
        await graph.change(MAKE, id="prf_1")
    future = text_of(later(causal.names()[0]))

    with bookmarks.causal(future):
        with pytest.raises(GraphUnavailable) as unavailable:
            await asyncio.wait_for(other.read(COUNT), 4)
        assert unavailable.value.__cause__ is None

    assert await other.read(COUNT) == 1


async def test_a_bookmark_that_the_database_does_not_understand_is_an_error_of_ours(
    graph: Graph, bookmarks: Bookmarks
) -> None:
    with bookmarks.causal(text_of("FB:nonsense")), pytest.raises(GraphError, match="InvalidBookmark"):
        await graph.read(COUNT)
    assert await graph.read(COUNT) == 0


@pytest.mark.parametrize(
    "garbage",
    ["x", "FB:kcwQAzJPhUfZQ7CRfaEi4xO4ZxSQ", "ä", "=", "a" * 5_000, text_of("FB:a")[:-1], text_of("FB:a") + "\n"],
)
def test_text_that_we_did_not_make_is_refused(bookmarks: Bookmarks, garbage: str) -> None:
    with pytest.raises(ValueError, match="is not a bookmark of ours"), bookmarks.causal(garbage):
        pytest.fail("it was taken")
    assert current() is None


def test_text_made_with_another_key_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a bookmark of ours"), Bookmarks(b"o" * 32).causal(text_of("FB:a")):
        pytest.fail("it was taken")


def test_nothing_written_and_nothing_known_is_no_text(bookmarks: Bookmarks) -> None:
    for nothing in (None, ""):
        with bookmarks.causal(nothing) as causal:
            assert causal.text() is None


def test_text_stays_small_enough_for_a_header() -> None:
    causal = Causal(KEY, ())
    for n in range(100):
        causal.replace((), [f"FB:{n:0200}"])
    assert len(causal.names()) == 32
    assert causal.names()[-1] == f"FB:{99:0200}"

    text = causal.text()

    assert text is not None
    assert len(text) <= 4_096


def later(name: str) -> str:
    """The same database, two thousand million transactions on: `FB:` and packed [id of the database, number, []]."""
    packed = b64decode(name.removeprefix("FB:") + "==")
    database = packed[:19]
    assert database.startswith(b"\x91\xcc\x10")
    return "FB:" + b64encode(database + b"\xca\x7f\xff\xff\xff" + b"\x90").decode()
