from __future__ import annotations

import pytest

from gateway.api_keys import ALL_SCOPES, KeyRing, key_hash, new_key, register_admin_key, register_key
from graph.api_keys import find_key, store_key
from graph.connection import Graph
from graph.statement import Statement
from graph.vocabulary import Right

_KEPT = Statement("kept_keys", "MATCH (key:ApiKey) RETURN collect(key {.id, .hash, .scopes})")


async def test_a_registered_key_is_known_and_only_its_hash_is_kept(graph: Graph) -> None:
    key = new_key()
    await register_key(graph, key)

    stored = await find_key(graph, key_hash(key))
    assert stored
    assert stored.id.startswith("key_")
    assert stored.scopes == ALL_SCOPES
    viewer = await KeyRing(graph).viewer(f"Bearer {key}")
    assert viewer
    assert (viewer.id, viewer.kind, viewer.scopes) == (stored.id, "API_KEY", ALL_SCOPES)
    assert key not in str(await graph.read(_KEPT))
    assert await KeyRing(graph).viewer(f"Bearer {key[:-1]}") is None


async def test_a_key_may_do_what_it_was_made_for_and_keeps_to_it(graph: Graph) -> None:
    key = new_key()
    await register_key(graph, key, [Right.PROFILE_READ])
    await register_key(graph, key)

    viewer = await KeyRing(graph).viewer(f"Bearer {key}")
    assert viewer
    assert viewer.scopes == (Right.PROFILE_READ,)
    assert viewer.rights == {"profile:read"}


async def test_rights_that_are_not_known_are_ignored(graph: Graph) -> None:
    await store_key(graph, key_hash("cgk_newer"), ["campaign:launch", "profile:pii", ""], 0)

    viewer = await KeyRing(graph).viewer("Bearer cgk_newer")
    assert viewer
    assert viewer.scopes == (Right.PROFILE_PII,)


async def test_the_admin_key_is_registered_at_every_start_and_kept_once(graph: Graph) -> None:
    for _ in range(2):
        await register_admin_key(graph, "cgk_admin")

    assert [each["hash"] for each in await graph.read(_KEPT)] == [key_hash("cgk_admin")]


@pytest.mark.parametrize("key", ["", "two words", "späte", "x" * 201, "line\nbreak"])
async def test_a_key_that_cannot_travel_in_a_header_is_refused(graph: Graph, key: str) -> None:
    with pytest.raises(ValueError, match="visible ASCII"):
        await register_key(graph, key)

    assert await graph.read(_KEPT) == []
