"""What a key may do that may not do everything."""

from __future__ import annotations

from typing import Any

import httpx

from graph.vocabulary import Right
from tests.gateway.doubles import AUTHORIZATION, StubGraph, World


def limit(world: World, *rights: Right | str) -> None:
    """From now on the key of the tests has these rights and no others."""
    world.graph = StubGraph(scopes=[str(each) for each in rights])


def without(*rights: Right) -> list[Right]:
    return [each for each in Right if each not in rights]


async def ask(world: World, query: str, **variables: object) -> dict[str, Any]:
    transport = httpx.ASGITransport(world.app().asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=AUTHORIZATION) as client:
        answer = await client.post("/graphql", json={"query": query, "variables": variables})
    body: dict[str, Any] = answer.json()
    return body


def errors_of(body: dict[str, Any]) -> list[tuple[str, str]]:
    """The code of each error and its path."""
    return [(each["extensions"]["code"], ".".join(map(str, each.get("path", [])))) for each in body.get("errors", [])]
