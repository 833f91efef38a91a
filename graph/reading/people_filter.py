"""Which people: the tree of conditions that `profiles(filter:)` takes, and segments after it.

Which conditions stand where is the shape of a filter, and shapes the statement; what they compare with are parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from graph.money import micros_from_decimal
from graph.reading.arguments import Arguments, Source
from graph.reading.draft import Draft
from graph.reading.listing import Request
from graph.reading.narrowing import Narrowing
from graph.reading.order import Order
from graph.reading.period import ends_of, within
from graph.reading.text import filled

DEEPEST = 5
MOST_CONDITIONS = 50
MOST_TIMES = 1_000

Path = tuple[str | int, ...]
Given = Mapping[str, Any]
# A member's name, and what of its value shapes the text.
Shape = tuple[tuple[str, Any], ...]

_ORDERED_BY = {"createdAt": "{v}.createdAt", "lastSeenAt": "{v}.lastSeenAt"}


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """The argument `filter` of a list of people.

    Countries, and the period that the list is sorted by, are read from an index; all other conditions look at what it
    gives, person by person.
    """

    name: str = "filter"

    def narrowing(self, request: Request, order: Order) -> Narrowing:
        shape = dict(self._shape(request.arguments))
        source = request.arguments.source(self.name)
        v = request.variable
        key = order.key.expression if order.key else None
        conditions: list[str] = []
        for member, expression in _ORDERED_BY.items():
            if member in shape and key == expression:
                time = filled(expression, v=v)
                conditions += within(request.draft, time, shape[member], source.then(_at((member,))))
        if not self._by_country(request.arguments, order):
            return Narrowing(conditions=tuple(conditions))
        if shape["countries"]:
            country = request.draft.parameter(source.then(lambda given: given["countries"][0]))
            return Narrowing("", country, (f"{v}.country",), tuple(conditions))
        countries, looks = request.draft.named(source.then(_countries)), request.looks
        # Each country gives as many people as are looked at.
        request.cost.also(lambda parameters: len(parameters[countries]) * (1 + parameters[looks] // 8))
        return Narrowing(f"UNWIND ${countries} AS {v}l\n", f"{v}l", (f"{v}.country",), tuple(conditions))

    def scans(self, arguments: Arguments, order: Order) -> bool:
        return any(member not in self._indexed(arguments, order) for member, _ in self._shape(arguments))

    def conditions(self, request: Request, order: Order | None) -> list[str]:
        indexed = self._indexed(request.arguments, order) if order else set()
        shape = tuple(member for member in self._shape(request.arguments) if member[0] not in indexed)
        writer = _Writer(request, request.arguments.source(self.name))
        return writer.members(shape, ())

    def _shape(self, arguments: Arguments) -> Shape:
        if not arguments.given(self.name):
            return ()
        found: Shape | None = arguments.ask(self.name, _shape_of)
        if found is None:
            raise arguments.bad(
                f"A filter may be {DEEPEST} levels deep and have {MOST_CONDITIONS} conditions, "
                "compares attributes with texts, numbers and booleans, "
                f"and counts from 0 to {MOST_TIMES:,} purchases."
            )
        return found

    def _indexed(self, arguments: Arguments, order: Order) -> set[str]:
        key = order.key.expression if order.key else None
        found = {member for member, expression in _ORDERED_BY.items() if key == expression}
        return found | {"countries"} if self._by_country(arguments, order) else found

    def _by_country(self, arguments: Arguments, order: Order) -> bool:
        by_age = order.key is not None and order.key.expression == _ORDERED_BY["createdAt"]
        return by_age and "countries" in dict(self._shape(arguments))


class _NoFilter(Exception):
    """What was given is no filter."""


def _shape_of(given: Given) -> Shape | None:
    """None for a filter that is too deep, has too many conditions, compares with an object, or counts too far.

    A filter that holds nothing is a condition too: it is always met, and stands in the statement.
    """
    count = [0]

    def shape(given: Given, depth: int) -> Shape:
        members = [(member, value) for member, value in given.items() if value is not None]
        count[0] += max(1, len(members))
        if depth > DEEPEST or count[0] > MOST_CONDITIONS:
            raise _NoFilter
        found: list[tuple[str, Hashable]] = []
        for member, value in members:
            match member:
                case "all" | "any":
                    found.append((member, tuple(shape(each, depth + 1) for each in value)))
                case "not":
                    found.append((member, shape(value, depth + 1)))
                case _:
                    found.append((member, _SHAPES[member](value) if member in _SHAPES else None))
        return tuple(found)

    try:
        return shape(given, 1)
    except _NoFilter:
        return None


def _subscription_shape(given: Given) -> Hashable:
    resource = next((name for name, value in (given.get("resource") or {}).items() if value is not None), None)
    members = tuple(name for name in ("channel", "statuses") if given.get(name) is not None)
    return (members, resource, given.get("exists") is not False)


def _purchase_shape(given: Given) -> Hashable:
    if not all(0 <= times <= MOST_TIMES for times in (given.get("timesAtLeast") or 0, given.get("timesAtMost") or 0)):
        raise _NoFilter
    only_one = given.get("timesAtLeast") in {None, 1} and given.get("timesAtMost") is None
    return (
        given.get("totalOver") is not None,
        ends_of(given.get("during")),
        only_one,
        given.get("timesAtMost") is not None,
    )


def _attribute_shape(given: Given) -> Hashable:
    compared = tuple(name for name in _COMPARISONS if given.get(name) is not None)
    values = [each for name in compared for each in (given[name] if name == "in" else [given[name]])]
    if any(isinstance(each, dict) for each in values):
        raise _NoFilter
    return (compared, given.get("exists"))


_SHAPES: Mapping[str, Callable[[Any], Hashable]] = {
    "createdAt": ends_of,
    "lastSeenAt": ends_of,
    # People of one country come from the index in their order, and none is read too many.
    "countries": lambda countries: len(set(countries)) == 1,
    "subscription": _subscription_shape,
    "purchase": _purchase_shape,
    "attribute": _attribute_shape,
}
# In rows, for asking it of a thousand people; what is not here costs 50.
_PRICES = {"hasIdentifier": 200, "subscription": 300, "purchase": 500, "all": 0, "any": 0, "not": 0}
# In rows, for a thousand purchases.
_COUNTING = 30
# So many values of a list are sent and compared with for the price of a row.
_VALUES = 50
_COMPARISONS = {"equals": "=", "in": "IN", "over": ">", "under": "<"}
_PLAIN = {
    "kinds": "{v}.kind IN {value}",
    "statuses": "{v}.status IN {value}",
    "countries": "{v}.country IN {value}",
    "isTest": "coalesce({v}.isTest, false) = {value}",
    "hasIdentifier": "EXISTS { MATCH ({v})<-[:IDENTIFIES]-({v}i) WHERE {v}i.type = {value} }",
}


@dataclass(frozen=True, slots=True)
class _Writer:
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
        if member in _ORDERED_BY:
            time = filled(_ORDERED_BY[member], v=self.variable)
            return within(self.draft, time, below, self.source.then(_at(path)))
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
        during = within(self.draft, f"{u}.placedAt", ends, self.source.then(_at((*path, "during"))))
        if has_total:
            amount = self.source.then(_at((*path, "totalOver", "amount"))).then(micros_from_decimal)
            currency = self._value(*path, "totalOver", "currency")
            index = "profileId, currency, totalMicros"
            bounds = [f"{u}.currency = {currency}", f"{u}.totalMicros > {self.draft.parameter(amount)}", *during]
        else:
            index = "profileId, placedAt, id"
            bounds = [*(during or [f"{u}.placedAt IS NOT NULL"]), f"{u}.id IS NOT NULL"]
        conditions = " AND ".join([f"{u}.profileId = {u}m", *bounds])
        found = (
            f"UNWIND {v}.memberIds AS {u}m MATCH ({u}:Purchase) "
            f"USING INDEX SEEK {u}:Purchase({index}) WHERE {conditions} RETURN {u}"
        )
        return [f"EXISTS {{ {found} }}" if only_one else self._times(found, path, has_most=has_most)]

    def _times(self, found: str, path: Path, *, has_most: bool) -> str:
        """Counts only as far as the answer depends on it."""
        given = self.source.then(_at(path))
        least = self.draft.parameter(given.then(_least))
        far_enough, looks = self.draft.named(given.then(_far_enough)), self.request.looks
        # Of each person who is looked at, so many purchases.
        self.request.cost.also(lambda parameters: _COUNTING * parameters[looks] * parameters[far_enough] // 1_000)
        count = f"COUNT {{ {found} LIMIT ${far_enough} }}"
        return f"{least} <= {count} <= {self._value(*path, 'timesAtMost')}" if has_most else f"{count} >= {least}"

    def _attribute(self, shape: Any, path: Path) -> list[str]:
        compared, exists = shape
        # The key is a value as any other, so that no text of a caller stands in the statement.
        key = self.source.then(_at((*path, "key"))).then(lambda key: f"attr_{key}")
        attribute = f"{self.variable}[{self.draft.parameter(key)}]"
        conditions = [f"{attribute} {_COMPARISONS[name]} {self._value(*path, name)}" for name in compared]
        if exists is not None:
            conditions.append(f"{attribute} IS {'NOT ' if exists else ''}NULL")
        return conditions

    _WRITERS: ClassVar[Mapping[str, Callable[[_Writer, Any, Path], list[str]]]] = {
        "all": _all,
        "any": _any,
        "not": _not,
        "subscription": _subscription,
        "purchase": _purchase,
        "attribute": _attribute,
    }

    def _value(self, *path: str | int) -> str:
        name = self.draft.named(self.source.then(_at(path)))
        self.request.cost.also(lambda parameters: _listed(parameters[name]) // _VALUES)
        return f"${name}"


def _listed(value: object) -> int:
    return len(value) if isinstance(value, list) else 0


def _least(given: Given) -> int:
    return given.get("timesAtLeast") or 0


def _far_enough(given: Given) -> int:
    return max(_least(given), (given.get("timesAtMost") or 0) + 1)


def _countries(given: Given) -> list[str]:
    # A country named twice must not give its people twice.
    return sorted(set(given["countries"]))


def _at(path: Path) -> Callable[[Any], Any]:
    def found(given: Any) -> Any:
        for step in path:
            given = given[step] if isinstance(step, int) else (given or {}).get(step)
        return given

    return found
