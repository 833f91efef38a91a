from __future__ import annotations

import re
from typing import cast

import pytest

from gateway import api_keys
from gateway.api_keys import KeyRing, key_hash, new_key
from graph.connection import Graph
from graph.errors import GraphUnavailable
from tests.gateway.doubles import KEY, StubGraph


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(api_keys, "monotonic", lambda: now[0])
    return now


def ring(graph: StubGraph, *, complete: bool = True) -> KeyRing:
    return KeyRing(cast("Graph", graph), lambda: complete)


def test_new_keys_are_long_and_differ() -> None:
    first, second = new_key(), new_key()
    assert re.fullmatch(r"cgk_[A-Za-z0-9_-]{43}", first)
    assert first != second


async def test_a_good_key_is_asked_for_once_a_minute(clock: list[float]) -> None:
    graph = StubGraph()
    keys = ring(graph)
    for _ in range(3):
        assert await keys.viewer(f"Bearer {KEY}") is not None
    assert graph.lookups == 1

    clock[0] += 61
    assert await keys.viewer(f"bearer {KEY}") is not None
    assert graph.lookups == 2


async def test_an_unknown_key_is_asked_for_again_after_a_few_seconds(clock: list[float]) -> None:
    graph = StubGraph()
    keys = ring(graph)
    for _ in range(3):
        assert await keys.viewer("Bearer cgk_new") is None
    assert graph.lookups == 1

    graph.hashes.add(key_hash("cgk_new"))
    clock[0] += 4
    assert await keys.viewer("Bearer cgk_new") is not None


async def test_while_the_graph_is_away_known_keys_work_and_others_are_told_to_wait() -> None:
    graph = StubGraph()
    keys = ring(graph)
    await keys.viewer(f"Bearer {KEY}")
    graph.error = GraphUnavailable("away")

    assert await keys.viewer(f"Bearer {KEY}") is not None
    with pytest.raises(GraphUnavailable):
        await keys.viewer("Bearer cgk_other")


async def test_guesses_do_not_push_good_keys_out() -> None:
    graph = StubGraph()
    keys = ring(graph)
    await keys.viewer(f"Bearer {KEY}")
    for number in range(1_200):
        assert await keys.viewer(f"Bearer cgk_{number}") is None
    asked = graph.lookups

    assert await keys.viewer(f"Bearer {KEY}") is not None
    assert graph.lookups == asked
    assert len(keys._bad) == 1_000  # noqa: SLF001  # That memory is bounded shows nowhere else.


async def test_before_all_keys_are_registered_an_unknown_one_is_not_refused() -> None:
    with pytest.raises(GraphUnavailable):
        await ring(StubGraph(), complete=False).viewer("Bearer cgk_soon")
