from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import neo4j
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.bolt import packstream
from graph.bolt.errors import BoltBroken
from graph.bolt.packstream import is_there, pack, unpack
from graph.bolt.reads import BoltReads
from graph.connection import Graph
from graph.settings import GraphSettings
from graph.statement import Statement

ECHO = Statement("echo", "RETURN $value", timeout_ms=10_000)
ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=40),
    st.binary(max_size=40),
)
VALUES = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=20), inner, max_size=5)
)
# Where one length of a number or a header ends and the next begins.
EDGES: list[object] = [
    *(sign * 2**bits + more for bits in (4, 7, 8, 15, 16, 31, 32, 53, 62) for sign in (1, -1) for more in (-1, 0, 1)),
    *(2**63 - 1, -(2**63)),
    *(0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324),
    *("", "ö" * 8, "x" * 15, "x" * 16, "x" * 255, "x" * 256, "x" * 65_535, "x" * 65_536, "\x00", "😀"),
    *(b"", b"x" * 255, b"x" * 256, b"x" * 65_536),
    *([], [None] * 15, [None] * 16, [1] * 256, [[]] * 65_536),
    *({}, {"": ""}, {f"k{n}": n for n in range(15)}, {f"k{n}": n for n in range(16)}),
    {f"k{n}": [n] for n in range(256)},
]
SECRET = "somebody@example.com"


def same(value: object) -> str:
    """Tells True from 1, 1.0 from 1, -0.0 from 0.0; NaN equals itself. The database orders keys in a way of its own."""
    return repr(sorted(value.items()) if isinstance(value, dict) else value)


@pytest_asyncio.fixture
async def reads(shared_graph: Graph, graph_settings: GraphSettings) -> AsyncIterator[BoltReads]:
    del shared_graph  # It is there.
    opened = BoltReads.where_direct(graph_settings)
    assert opened is not None
    yield opened
    await opened.close()


@pytest.fixture
def session(shared_graph: Graph, graph_settings: GraphSettings) -> Iterator[neo4j.Session]:
    del shared_graph  # As above.
    with neo4j.GraphDatabase.driver(graph_settings.uri, auth=None) as driver, driver.session() as opened:
        yield opened


def test_the_codec_of_the_driver_that_is_pinned_is_there() -> None:
    assert is_there()


def test_a_codec_that_changed_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packstream, "_unpack", lambda *_: ({"text": "o"}, 2))
    assert not is_there.__wrapped__()
    monkeypatch.setattr(packstream, "_pack", None)
    assert not is_there.__wrapped__()


@given(VALUES)
def test_what_was_packed_is_unpacked_the_same(value: object) -> None:
    assert same(unpack(bytearray(pack(value)), 0)) == same(value)


@pytest.mark.parametrize("value", EDGES, ids=lambda value: f"{type(value).__name__} {str(value)[:12]!a}")
def test_lengths_at_their_edges_are_unpacked_the_same(value: object) -> None:
    assert same(unpack(bytearray(b"\xb1\x71" + pack(value)), 2)) == same(value)


@pytest.mark.parametrize(
    ("value", "packed"),
    [
        (None, "C0"),
        (True, "C3"),
        (False, "C2"),
        (1.5, "C13FF8000000000000"),
        (1, "01"),
        (-16, "F0"),
        (-17, "C8EF"),
        (128, "C90080"),
        (32_768, "CA00008000"),
        (2**31, "CB0000000080000000"),
        ("ö", "82C3B6"),
        (b"\x00\xff", "CC0200FF"),
        ([1, "a"], "92018161"),
        ({"a": [None]}, "A1816191C0"),
    ],
)
def test_the_bytes_are_those_of_the_documentation(value: object, packed: str) -> None:
    assert pack(value).hex().upper() == packed


@pytest.mark.parametrize(
    "value",
    [
        datetime(2025, 1, 2, tzinfo=UTC),
        datetime(2025, 1, 2, tzinfo=UTC).date(),
        Decimal("1234567.89"),
        UUID("12345678-1234-5678-1234-567812345678"),
        2**70,
        2**63,
        -(2**63) - 1,
        {SECRET},
        {SECRET: {1: SECRET}},
        {None: SECRET},
        f"{SECRET}\ud800",
        {f"{SECRET}\ud800": 1},
        [SECRET, object()],
        neo4j.time.DateTime(2025, 1, 2),
        (SECRET,),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_sent_is_refused_without_saying_what_it_was(value: object) -> None:
    for sent in (value, [value], {"key": value}):
        with pytest.raises(BoltBroken) as broken:
            pack(sent)
        assert str(broken.value) in {
            f"a value cannot be sent: {name}"
            for name in ("ValueError", "TypeError", "OverflowError", "UnicodeEncodeError")
        }
        assert broken.value.__cause__ is None
        assert broken.value.__suppress_context__


@pytest.mark.parametrize(
    "value",
    [None, 1, -17, 128, 32_768, 2**40, 0.5, "text", "x" * 300, b"bytes", [1, 2, 3], {"key": "value"}, [[{"k": [1]}]]],
    ids=lambda value: str(value)[:16],
)
def test_a_message_that_was_cut_anywhere_is_refused(value: object) -> None:
    whole = b"\xb1\x71" + pack([value])
    for end in range(2, len(whole)):
        with pytest.raises(BoltBroken):
            unpack(bytearray(whole[:end]), 2)
    assert unpack(bytearray(whole), 2) == [value]


def test_a_message_that_goes_on_after_its_value_is_refused() -> None:
    with pytest.raises(BoltBroken, match="does not end where its value does"):
        unpack(bytearray(pack([1]) + b"\x01"), 0)


@pytest.mark.parametrize("packed", ["C4", "DF", "81FF", "A10101", "B14401", "9201B14401", "A18161B14401", "B0"])
def test_what_is_no_value_of_ours_is_refused(packed: str) -> None:
    with pytest.raises(BoltBroken):
        unpack(bytearray.fromhex(packed), 0)


@given(st.binary(max_size=60).filter(lambda packed: not any(byte in packed for byte in b"\xce\xd2\xd6\xda")))
@settings(max_examples=50)
def test_any_other_bytes_are_a_value_or_refused(packed: bytes) -> None:
    """Without lengths of 32 bits: for those the codec asks for the memory at once."""
    with suppress(BoltBroken):
        unpack(bytearray(packed), 0)


async def test_the_database_gives_every_edge_back_as_the_driver_gives_it_back(
    reads: BoltReads, session: neo4j.Session
) -> None:
    ours = await reads.run(ECHO, {"value": EDGES})
    theirs = session.run(ECHO.text, value=EDGES).single(strict=True).value()

    assert list(map(same, ours)) == list(map(same, theirs)) == list(map(same, EDGES))


@given(VALUES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_database_gives_back_what_the_driver_would_have_got(
    reads: BoltReads, session: neo4j.Session, value: object
) -> None:
    theirs = session.run(ECHO.text, value=value).single(strict=True).value()
    assert same(await reads.run(ECHO, {"value": value})) == same(theirs)


async def test_a_record_that_holds_a_time_or_a_point_is_refused_and_the_next_is_read(reads: BoltReads) -> None:
    for text in ("RETURN datetime()", "RETURN {deep: [point({x: 1, y: 2})]}"):
        with pytest.raises(BoltBroken):
            await reads.run(Statement("structure", text), {})
        assert await reads.run(ECHO, {"value": 1}) == 1
