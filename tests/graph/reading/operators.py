from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_SORTS = frozenset({"Sort", "Top", "PartialSort", "PartialTop"})
_SCANS = frozenset(
    {
        "AllNodesScan",
        "NodeByLabelScan",
        "UnionNodeByLabelsScan",
        "IntersectionNodeByLabelsScan",
        "DirectedAllRelationshipsScan",
        "UndirectedAllRelationshipsScan",
        "DirectedRelationshipTypeScan",
        "UndirectedRelationshipTypeScan",
        "DirectedUnionRelationshipTypesScan",
        "UndirectedUnionRelationshipTypesScan",
    }
)
# One row, or as many as a limit says.
_BOUNDED = frozenset({"Limit", "Top", "PartialTop", "Argument", "NodeUniqueIndexSeek", "EagerAggregation"})
# More rows than came in, and nobody says how many.
_MULTIPLYING = frozenset(
    {"Expand(All)", "OptionalExpand(All)", "VarLengthExpand(All)", "NodeIndexSeek", "NodeIndexScan"}
)


@dataclass(frozen=True, slots=True)
class Operator:
    """One step of a plan of the graph."""

    name: str
    details: str
    below: tuple[Operator, ...]

    @classmethod
    def of(cls, plan: Mapping[str, Any]) -> Operator:
        details = str(plan.get("args", {}).get("Details", ""))
        name = str(plan["operatorType"]).partition("@")[0]
        return cls(name, details, tuple(cls.of(each) for each in plan.get("children", ())))

    def walk(self) -> Iterator[Operator]:
        yield self
        for each in self.below:
            yield from each.walk()

    def is_bounded(self) -> bool:
        """Whether on every branch that brings rows a limit stands, or a single row is certain.

        Lists that come as values, such as the ids of a person, are short by nature.
        """
        if self.name in _BOUNDED:
            return True
        if self.name == "ProcedureCall":
            return "limit:" in self.details
        if self.name in _MULTIPLYING:
            return False
        if self.name.endswith(("SemiApply", "RollUpApply")):
            # The other side only says yes or no of each row.
            return self.below[0].is_bounded()
        return (self.name == "Unwind" or bool(self.below)) and all(each.is_bounded() for each in self.below)

    def faults(self) -> list[str]:
        """What no read may do: scan a label, or sort what nothing bounds."""
        scans = [each for each in self.walk() if each.name in _SCANS]
        sorts = [each for each in self.walk() if each.name in _SORTS and not each.below[0].is_bounded()]
        return [f"{each.name} {each.details}" for each in (*scans, *sorts)]

    def whole_indexes(self) -> set[str]:
        return {each.details.partition(" WHERE")[0] for each in self.walk() if each.name == "NodeIndexScan"}


def hits(profile: Mapping[str, Any]) -> int:
    """What a statement cost the graph, in its own measure, which no other load disturbs."""
    own: int = profile["args"].get("DbHits", 0)
    return own + sum(hits(each) for each in profile.get("children", []))
