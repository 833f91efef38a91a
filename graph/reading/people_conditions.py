"""The conditions of a filter of people, written for one variable, and what asking them costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from graph.money import micros_from_decimal
from graph.people.facts import property_of
from graph.reading.arguments import Convert, Source
from graph.reading.attribute_conditions import PRICE, compared, meanings
from graph.reading.draft import Draft
from graph.reading.links import MEMBERS
from graph.reading.listing import Request
from graph.reading.people_filter_shape import Given, Shape
from graph.reading.period import within
from graph.reading.text import filled

Path = tuple[str | int, ...]

ORDERED_BY = {"createdAt": "{v}.createdAt", "lastSeenAt": "{v}.lastSeenAt"}
# In rows, for asking it of a thousand people; what is not here costs 50.
_PRICES = {"hasIdentifier": 200, "subscription": 300, "purchase": 500, "attribute": PRICE, "all": 0, "any": 0, "not": 0}
# In rows, for a thousand purchases.
_COUNTING = 30
# So many values of a list are sent and compared with for the price of a row.
_VALUES = 50
_PLAIN = {
    "kinds": "{v}.kind IN {value}",
    "statuses": "{v}.status IN {value}",
    "countries": "{v}.country IN {value}",
    "isTest": "coalesce({v}.isTest, false) = {value}",
    "hasIdentifier": "EXISTS { MATCH ({v})<-[:IDENTIFIES]-({v}i) WHERE {v}i.type = {value} }",
}


@dataclass(frozen=True, slots=True)
class ConditionWriter:
    """Writes conditions on one variable; `path` says where in the filter a value is found."""

    request: Request
    source: Source

    @property
    def draft(self) -> Draft:
        return self.request.draft

    @property
    def variable(self) -> str:
        return self.request.variable

    def members(self, shape: Shape, path: Path) -> list[str]:
        return [condition for member, below in shape for condition in self._member(member, below, (*path, member))]

    def _member(self, member: str, below: Any, path: Path) -> list[str]:
        self.request.look(_PRICES.get(member, 50))
        if member in _PLAIN:
            return [filled(_PLAIN[member], v=self.variable, value=self._value(*path))]
        if member in ORDERED_BY:
            time = filled(ORDERED_BY[member], v=self.variable)
            return within(self.draft, time, below, self.source.then(value_at(path)))
        return self._WRITERS[member](self, below, path)

    def _all(self, below: Any, path: Path) -> list[str]:
        return [self._together(each, (*path, index)) for index, each in enumerate(below)]

    def _any(self, below: Any, path: Path) -> list[str]:
        return [f"({' OR '.join(self._all(below, path))})" if below else "false"]

    def _not(self, below: Any, path: Path) -> list[str]:
        # What is unknown is not the case; without this, its contrary would be unknown too.
        return [f"NOT coalesce({self._together(below, path)}, false)"]

    def _together(self, shape: Shape, path: Path) -> str:
        return f"({' AND '.join(self.members(shape, path)) or 'true'})"

    def _subscription(self, shape: Any, path: Path) -> list[str]:
        members, resource, exists = shape
        s = f"{self.variable}s"
        conditions = []
        if "channel" in members:
            conditions.append(f"{s}.channel = {self._value(*path, 'channel')}")
        if "statuses" in members:
            conditions.append(f"{s}.status IN {self._value(*path, 'statuses')}")
        if resource is not None:
            value = self._value(*path, "resource", resource)
            conditions.append(f"EXISTS {{ MATCH ({s})-[:OF]->({s}r) WHERE {s}r.{resource} = {value} }}")
        kept = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        found = f"EXISTS {{ MATCH ({self.variable})-[:HAS_SUBSCRIPTION]->({s}){kept} }}"
        return [found if exists else f"NOT {found}"]

    def _purchase(self, shape: Any, path: Path) -> list[str]:
        has_total, ends, only_one, has_most = shape
        v, u = self.variable, f"{self.variable}u"
        during = within(self.draft, f"{u}.placedAt", ends, self.source.then(value_at((*path, "during"))))
        if has_total:
            amount = self.source.then(value_at((*path, "totalOver", "amount"))).then(micros_from_decimal)
            currency = self._value(*path, "totalOver", "currency")
            index = "profileId, currency, totalMicros"
            bounds = [f"{u}.currency = {currency}", f"{u}.totalMicros > {self.draft.parameter(amount)}", *during]
        else:
            index = "profileId, placedAt, id"
            bounds = [*(during or [f"{u}.placedAt IS NOT NULL"]), f"{u}.id IS NOT NULL"]
        conditions = " AND ".join([f"{u}.profileId = {u}m", *bounds])
        found = (
            f"UNWIND {filled(MEMBERS, v=v)} AS {u}m MATCH ({u}:Purchase) "
            f"USING INDEX SEEK {u}:Purchase({index}) WHERE {conditions} RETURN {u}"
        )
        return [f"({v}:Buyer AND EXISTS {{ {found} }})" if only_one else self._times(found, path, has_most=has_most)]

    def _times(self, found: str, path: Path, *, has_most: bool) -> str:
        """Counts only as far as the answer depends on it."""
        given = self.source.then(value_at(path))
        least = self.draft.parameter(given.then(_least))
        far_enough, looks = self.draft.named(given.then(_far_enough)), self.request.looks
        # Of each person who is looked at, so many purchases.
        self.request.cost.also(lambda parameters: _COUNTING * parameters[looks] * parameters[far_enough] // 1_000)
        count = f"COUNT {{ {found} LIMIT ${far_enough} }}"
        return f"{least} <= {count} <= {self._value(*path, 'timesAtMost')}" if has_most else f"{count} >= {least}"

    def _attribute(self, shape: Any, path: Path) -> list[str]:
        comparisons, exists = shape
        # The key is a value as any other, so that no text of a caller stands in the statement.
        given_key = self.source.then(value_at((*path, "key")))
        name = self.draft.parameter(given_key.then(property_of))
        conditions = []
        if comparisons:
            key = self.draft.parameter(given_key)
            for each in comparisons:
                value = self._value(*path, each, convert=meanings(each))
                conditions.append(compared(each, self.variable, name=name, key=key, value=value))
        if exists is not None:
            conditions.append(f"{self.variable}[{name}] IS {'NOT ' if exists else ''}NULL")
        return conditions

    _WRITERS: ClassVar[Mapping[str, Callable[[ConditionWriter, Any, Path], list[str]]]] = {
        "all": _all,
        "any": _any,
        "not": _not,
        "subscription": _subscription,
        "purchase": _purchase,
        "attribute": _attribute,
    }

    def _value(self, *path: str | int, convert: Convert | None = None) -> str:
        source = self.source.then(value_at(path))
        name = self.draft.named(source if convert is None else source.then(convert))
        self.request.cost.also(lambda parameters: _listed(parameters[name]) // _VALUES)
        return f"${name}"


def _listed(value: object) -> int:
    if isinstance(value, dict):
        # An attribute is compared with what is given as values of its own type alone.
        return max(map(_listed, value.values()), default=0)
    return len(value) if isinstance(value, list) else 0


def _least(given: Given) -> int:
    return given.get("timesAtLeast") or 0


def _far_enough(given: Given) -> int:
    return max(_least(given), (given.get("timesAtMost") or 0) + 1)


def value_at(path: Path) -> Callable[[Any], Any]:
    def found(given: Any) -> Any:
        for step in path:
            given = given[step] if isinstance(step, int) else (given or {}).get(step)
        return given

    return found
