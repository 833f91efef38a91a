from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

from bench.scale.crowd import profile_id
from bench.stack import BenchStack

_MERGE = """
mutation ($from: ID!, $into: ID!) {
  mergeProfiles(input: {from: {id: $from}, into: {id: $into}}) { merge { id } profile { id } userErrors { code } }
}
"""
_SPLIT = """
mutation ($merge: ID!) {
  splitProfiles(input: {merge: $merge}) { survivor { id } restored { id } userErrors { code } }
}
"""


@dataclass(slots=True)
class Couple:
    """Two people who become one and two again. `merges` and `splits` are ms, from the request to the answer."""

    name: str
    stack: BenchStack
    merged: int
    into: int
    merges: list[float] = field(default_factory=list)
    splits: list[float] = field(default_factory=list)

    @property
    def merge_ms(self) -> float:
        return median(self.merges)

    @property
    def split_ms(self) -> float:
        return median(self.splits)

    def merge(self) -> str:
        """The merge's id. Raises where the people did not become one."""
        began = perf_counter()
        answer = self.stack.ask(_MERGE, **{"from": profile_id(self.merged), "into": profile_id(self.into)})
        self.merges.append((perf_counter() - began) * 1_000)
        payload = answer["mergeProfiles"]
        if payload["userErrors"] or payload["profile"]["id"] != profile_id(self.into):
            raise RuntimeError(f"{self.name}: the merge answered {payload}")
        return str(payload["merge"]["id"])

    def split(self, merge_id: str) -> None:
        """Raises where they did not become two again."""
        began = perf_counter()
        answer = self.stack.ask(_SPLIT, merge=merge_id)
        self.splits.append((perf_counter() - began) * 1_000)
        payload = answer["splitProfiles"]
        if payload["userErrors"] or payload["restored"]["id"] != profile_id(self.merged):
            raise RuntimeError(f"{self.name}: the split answered {payload}")

    def forget_times(self) -> None:
        self.merges.clear()
        self.splits.clear()
