from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

import httpx

from bench.reading.cpu import settle, spent
from bench.reading.documents import product
from bench.reading.load import Target, press
from bench.reading.operation import Operation
from bench.scale.crowd import profile_id
from bench.stack import BenchStack

_CONNECTIONS = 4
_ASK_TIMEOUT_S = 60.0
# What a full page holds; a page with less would be cheaper for no good reason.
_FULL = {"subscriptions": 10, "events": 20, "purchases": 10, "messages": 20}


@dataclass(slots=True)
class Side:
    """One of two things that are compared: whose pages are asked for, on which graph. `runs` are µs of Neo4j's CPU."""

    name: str
    stack: BenchStack
    people: Sequence[int]
    runs: list[float] = field(default_factory=list)

    @property
    def neo4j_us(self) -> float:
        return median(self.runs)

    def require_full_pages(self) -> None:
        target = self._target()
        for body in target.bodies:
            answer = httpx.post(target.url, json=body, headers=dict(target.headers), timeout=_ASK_TIMEOUT_S).json()
            page = answer["data"]["profile"]
            found = {name: len(page[name]["nodes"]) for name in _FULL}
            if found != _FULL or "errors" in answer:
                raise RuntimeError(f"{self.name}: a page is not full: {found}")

    def warm_up(self, seconds: int) -> None:
        press(self._target(), _CONNECTIONS, seconds)

    def run(self, seconds: int) -> None:
        neo4j, gateway = self.stack.process("neo4j"), self.stack.process("gateway")
        settle(neo4j, gateway)
        before = spent(neo4j)
        load = press(self._target(), _CONNECTIONS, seconds)
        settle(neo4j, gateway)
        if load.failed:
            raise RuntimeError(f"{self.name}: {load.failed} requests failed")
        self.runs.append((spent(neo4j) - before) / (load.requests + load.unfinished) * 1e6)

    def _target(self) -> Target:
        text = " ".join(product.DOCUMENTS[Operation.PROFILE_PAGE].split())
        bodies = [{"query": text, "variables": {"id": profile_id(person)}} for person in self.people]
        return Target(f"{self.stack.url}/graphql", {"Authorization": f"Bearer {self.stack.key}"}, bodies)
