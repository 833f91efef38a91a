from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.bolt.chunks import Dechunker, chunked

NOOP = b"\x00\x00"
SIZES = st.one_of(st.integers(1, 40), st.sampled_from([65_534, 65_535, 65_536, 131_070, 131_071, 200_000]))


def bytes_of(size: int) -> bytes:
    """No two neighbours alike, and zeros among them, which a length would be made of."""
    return bytes(n % 251 for n in range(size))


@pytest.mark.parametrize(
    ("size", "lengths"),
    [
        (1, [1]),
        (65_535, [65_535]),
        (65_536, [65_535, 1]),
        (131_070, [65_535, 65_535]),
        (200_000, [65_535, 65_535, 65_535, 3_395]),
    ],
)
def test_a_message_goes_in_chunks_of_at_most_65535_and_ends_with_a_length_of_zero(
    size: int, lengths: list[int]
) -> None:
    left, rest = bytes_of(size), chunked(bytes_of(size))
    for length in lengths:
        assert rest[:2] == length.to_bytes(2)
        assert rest[2 : 2 + length] == left[:length]
        left, rest = left[length:], rest[2 + length :]
    assert (left, rest) == (b"", b"\x00\x00")


@given(st.lists(st.tuples(SIZES, st.integers(0, 3)), max_size=5), st.data())
def test_messages_come_out_once_whole_and_in_order_wherever_the_bytes_are_cut(
    sent: list[tuple[int, int]], data: st.DataObject
) -> None:
    messages = [bytes_of(size) for size, _ in sent]
    stream = b"".join(NOOP * noops + chunked(each) for each, (_, noops) in zip(messages, sent, strict=True)) + NOOP
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=30)))
    dechunker = Dechunker()

    came = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        came += dechunker.feed(stream[start:end])

    assert came == messages


def test_messages_come_out_byte_by_byte_each_with_its_last_byte() -> None:
    dechunker = Dechunker()
    one, other = chunked(b"one"), chunked(b"\x00\x00")
    stream = NOOP + one + NOOP + NOOP + other

    came = {at: whole for at in range(len(stream)) if (whole := dechunker.feed(stream[at : at + 1]))}

    assert came == {len(NOOP + one) - 1: [b"one"], len(stream) - 1: [b"\x00\x00"]}


@pytest.mark.parametrize("size", [1, 65_535, 65_536, 70_000])
def test_a_message_that_lacks_its_last_byte_gives_nothing_until_it_comes(size: int) -> None:
    dechunker = Dechunker()
    stream = chunked(bytes_of(size))

    assert dechunker.feed(stream[:-1]) == []
    assert dechunker.feed(b"") == []
    assert dechunker.feed(stream[-1:]) == [bytes_of(size)]
    assert dechunker.feed(b"") == []


def test_a_message_in_many_small_chunks_is_one_message() -> None:
    stream = b"".join(b"\x00\x01" + bytes((byte,)) for byte in b"many small chunks") + b"\x00\x00"
    assert Dechunker().feed(stream + stream) == [b"many small chunks"] * 2


def test_what_came_out_is_not_changed_by_what_comes_next() -> None:
    dechunker = Dechunker()
    (first,) = dechunker.feed(chunked(b"first"))
    dechunker.feed(chunked(b"second"))
    assert first == b"first"
