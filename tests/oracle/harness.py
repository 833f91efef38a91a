"""One case after the other, through the fast path and the oracle."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

import orjson

from graph.connection import Graph
from graph.reading import compile as compiler
from graph.reading.cursor import Cursors
from tests.oracle.asking import SCAN_BOUND
from tests.oracle.cases import Case
from tests.oracle.comparing import difference, errors_of, is_beyond_limits
from tests.oracle.fast_path import FastPath
from tests.oracle.founding import found
from tests.oracle.oracle import Oracle
from tests.oracle.pool import Pool
from tests.oracle.world import World

CURSOR_KEY = b"the key of the oracle's cursors."
# The graph plans one statement on one core; more than this only wait for each other.
_AT_ONCE = 3
# A larger share of answers that are refused as too dear or too large would prove little.
MOST_REFUSED = 0.15


class Differs(AssertionError):
    """The fast path and the oracle do not agree."""


@dataclass(frozen=True, slots=True)
class Failure:
    case: Case
    told: str


@dataclass(slots=True)
class Tally:
    """What was seen, so that a run which proved nothing does not look like one that did."""

    documents: int = 0
    runs: int = 0
    with_data: int = 0
    refused: int = 0
    """As too dear or too large, which the oracle does not know."""
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, body: Mapping[str, Any]) -> None:
        self.runs += 1
        self.with_data += bool(body.get("data"))
        self.refused += is_beyond_limits(body)
        self.errors.update({code for _, code in errors_of(body)})

    @property
    def refuses_too_much(self) -> bool:
        return self.refused > self.runs * MOST_REFUSED


@dataclass(slots=True, repr=False)
class Harness:
    graph: Graph
    world: World = field(default_factory=found)
    scan_bound: int = SCAN_BOUND
    tally: Tally = field(default_factory=Tally)
    refused: list[Case] = field(default_factory=list)
    """What was beyond the limits since this was last emptied, with the values that it was asked with."""
    oracle: Oracle = field(init=False)
    fast: FastPath = field(init=False)

    def __post_init__(self) -> None:
        self.oracle = Oracle(self.world, Cursors(CURSOR_KEY), self.scan_bound)
        self.fast = FastPath(self.graph, CURSOR_KEY)

    def pool(self) -> Pool:
        return Pool(self.world, Cursors(CURSOR_KEY))

    async def check(self, case: Case) -> None:
        """Raises Differs. Each document is asked twice with the same values: what is kept answers like what is new."""
        self.tally.documents += 1
        for variables in case.variables:
            right = self.oracle.answer(case.document, variables, case.scopes, case.operation)
            body = await self._ask(case, variables)
            if is_beyond_limits(body):
                self.refused.append(replace(case, variables=(variables,)))
            wrong = difference(right, body, beside_viewer="viewer" in case.document)
            if wrong:
                raise Differs(_told(case, variables, wrong))
            again = await self._ask(case, variables)
            if orjson.dumps(again) != orjson.dumps(body):
                raise Differs(_told(case, variables, f"first {body}\nagain {again}"))

    async def failures(self, cases: Iterable[Case], most: int | None = None) -> list[Failure]:
        """Those that differ; with `most` it ends soon after it has found so many."""
        waiting, found = iter(cases), list[Failure]()

        async def work() -> None:
            for case in waiting:
                try:
                    await self.check(case)
                except Differs as differs:
                    found.append(Failure(case, str(differs)))
                if most is not None and len(found) >= most:
                    return

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
        return found

    async def _ask(self, case: Case, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        body = await self.fast.answer(case.document, variables, case.scopes, case.operation)
        self.tally.add(body)
        return body


@contextmanager
def dear_reads() -> Iterator[None]:
    """Within it reads may cost anything, and statements have any length."""
    with patch.object(compiler, "LARGEST_COST", 10**9), patch.object(compiler, "LONGEST_STATEMENT", 10**7):
        yield


def _told(case: Case, variables: Mapping[str, Any], wrong: str) -> str:
    return f"{case.document}\nvariables {orjson.dumps(variables).decode()}\nscopes {sorted(case.scopes)}\n{wrong}"
