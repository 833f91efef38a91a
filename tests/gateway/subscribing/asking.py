"""The whole way from a document to an answer, on a real graph and without HTTP."""

from __future__ import annotations

from typing import Any

from gateway.api_keys import ALL_SCOPES, Viewer
from gateway.operations import GraphQLRequest, Operations
from gateway.schema.api import SCHEMA
from gateway.schema.context import Services
from graph.clock import FixedClock
from graph.connection import Graph
from graph.reading.reader import Reader
from graph.vocabulary import Right
from tests.gateway.doubles import KEYS, NOW, StubLive, StubNudger


class Asker:
    """A caller with a clock of their own."""

    def __init__(self, graph: Graph) -> None:
        self.clock = FixedClock(NOW)
        self.nudger = StubNudger()
        reader = Reader(graph, b"c" * 32, self.clock)
        services = Services(graph, reader, self.clock, self.nudger, self.nudger, StubLive(), KEYS)
        self._operations = Operations(SCHEMA, services)

    async def body(self, document: str, scopes: tuple[Right, ...] = ALL_SCOPES, **variables: Any) -> Any:
        """The body of the response."""
        request = GraphQLRequest(document, variables, None)
        return (await self._operations.run(request, Viewer("key_1", "API_KEY", scopes), "request")).body

    async def ask(self, document: str, **variables: Any) -> Any:
        """The answer's data, which came without errors."""
        body = await self.body(document, **variables)
        assert "errors" not in body, body
        return body["data"]

    async def change(self, mutation: str, selection: str, **given: Any) -> Any:
        """A mutation's payload, which came without user errors."""
        payload = await self.tried(mutation, selection, **given)
        assert payload["userErrors"] == [], payload
        return payload

    async def tried(self, mutation: str, selection: str = "", **given: Any) -> Any:
        """A mutation's payload, whatever it is."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        document = (
            f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code field }} }} }}"
        )
        return (await self.ask(document, input=given))[mutation]
