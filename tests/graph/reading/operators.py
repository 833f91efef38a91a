from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_SORTS = frozenset({"Sort", "Top", "PartialSort", "PartialTop"})
# All there is of a kind, or all that an index holds.
_SCANS = frozenset(
    {
        "AllNodesScan",
        "NodeByLabelScan",
        "UnionNodeByLabelsScan",
        "IntersectionNodeByLabelsScan",
        "SubtractionNodeByLabelsScan",
        # These try every entry. A NodeIndexScan reads along an order, which a few lists may (`whole_indexes`).
        "NodeIndexContainsScan",
        "NodeIndexEndsWithScan",
        *(
            f"{direction}{scan}"
            for direction in ("Directed", "Undirected")
            for scan in (
                "AllRelationshipsScan",
                "RelationshipTypeScan",
                "UnionRelationshipTypesScan",
                "RelationshipIndexScan",
                "RelationshipIndexContainsScan",
                "RelationshipIndexEndsWithScan",
            )
        ),
    }
)
# One row, or as many as a limit says.
_BOUNDED = frozenset({"Limit", "Top", "PartialTop", "Argument", "NodeUniqueIndexSeek"})
# How the details of an aggregation into one row begin. Keys to group by would stand before, and then there are as many
# rows as there are keys. What is not known here counts as a key.
_ONE_FOR_ALL = re.compile(r"(avg|collect|count|max|min|percentile(cont|disc)|stdevp?|sum)(_distinct)?\(", re.IGNORECASE)
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
        if self.name in _BOUNDED or (self.name == "EagerAggregation" and _ONE_FOR_ALL.match(self.details)):
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
        """What no read may do: look at all there is of a kind, or sort what nothing bounds."""
        scans = [each for each in self.walk() if each.name in _SCANS]
        sorts = [each for each in self.walk() if each.name in _SORTS and not each.below[0].is_bounded()]
        return [f"{each.name} {each.details}" for each in (*scans, *sorts)]

    def whole_indexes(self) -> set[str]:
        return {each.details.partition(" WHERE")[0] for each in self.walk() if each.name == "NodeIndexScan"}


def hits(profile: Mapping[str, Any]) -> int:
    """What a statement cost the graph, in its own measure, which no other load disturbs."""
    own: int = profile["args"].get("DbHits", 0)
    return own + sum(hits(each) for each in profile.get("children", []))
