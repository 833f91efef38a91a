from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.ids import IdPrefix, new_id
from graph.statements.api_keys import FIND_KEY, STORE_KEY


@dataclass(frozen=True, slots=True)
class StoredKey:
    id: str
    hash: str
    scopes: tuple[str, ...]


async def store_key(graph: Graph, key_hash: str, scopes: Sequence[str], now_ms: int) -> None:
    """Keeps the hash of a key, never the key. A second time changes nothing."""

    async def work(transaction: Transaction) -> None:
        await transaction.run(STORE_KEY, hash=key_hash, id=new_id(IdPrefix.API_KEY), scopes=list(scopes), now=now_ms)

    await graph.write(work)


async def find_key(graph: Graph, key_hash: str) -> StoredKey | None:
    found = await graph.read(FIND_KEY, hash=key_hash)
    return None if found is None else StoredKey(found[0], found[1], tuple(found[2]))
