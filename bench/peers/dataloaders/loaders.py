from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from strawberry.dataloader import DataLoader

from bench.peers.dataloaders import statements
from bench.peers.dataloaders.database import Database

# Whose list, and how long.
Page = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Loaders:
    """Of one request: each collects what the resolvers ask for, and asks once."""

    subscriptions: DataLoader[Page, list[Any]]
    events: DataLoader[Page, list[Any]]
    purchases: DataLoader[Page, list[Any]]
    messages: DataLoader[Page, list[Any]]
    lines: DataLoader[Page, list[Any]]
    product_purchases: DataLoader[Page, list[Any]]
    buyer: DataLoader[str, Any]
    address: DataLoader[str, Any]
    resource: DataLoader[str, Any]

    @classmethod
    def of(cls, database: Database) -> Loaders:
        return cls(
            subscriptions=DataLoader(load_fn=_several(database, statements.SUBSCRIPTIONS)),
            events=DataLoader(load_fn=_several(database, statements.EVENTS)),
            purchases=DataLoader(load_fn=_several(database, statements.PURCHASES)),
            messages=DataLoader(load_fn=_several(database, statements.MESSAGES)),
            lines=DataLoader(load_fn=_several(database, statements.LINES)),
            product_purchases=DataLoader(load_fn=_several(database, statements.PRODUCT_PURCHASES)),
            buyer=DataLoader(load_fn=_one(database, statements.BUYER)),
            address=DataLoader(load_fn=_one(database, statements.ADDRESS)),
            resource=DataLoader(load_fn=_one(database, statements.RESOURCE)),
        )


def _several(database: Database, text: LiteralString) -> Callable[[list[Page]], Awaitable[Sequence[list[Any]]]]:
    async def load(pages: list[Page]) -> Sequence[list[Any]]:
        found: dict[Page, list[Any]] = {}
        for first in {first for _, first in pages}:
            keys = [key for key, size in pages if size == first]
            for record in await database.records(text, {"keys": keys, "first": first}):
                found[record["key"], first] = record["found"]
        return [found.get(page, []) for page in pages]

    return load


def _one(database: Database, text: LiteralString) -> Callable[[list[str]], Awaitable[Sequence[Any]]]:
    async def load(keys: list[str]) -> Sequence[Any]:
        found = {record["key"]: record["found"] for record in await database.records(text, {"keys": keys})}
        return [found.get(key) for key in keys]

    return load
