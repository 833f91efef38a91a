"""Which people: the tree of conditions that `profiles(filter:)` takes, and segments after it.

Which conditions stand where is the shape of a filter, and shapes the statement; what they compare with are parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph.reading.arguments import Arguments
from graph.reading.listing import Request
from graph.reading.narrowing import Narrowing
from graph.reading.order import Order
from graph.reading.people_conditions import ORDERED_BY, ConditionWriter, value_at
from graph.reading.people_filter_shape import DEEPEST, MOST_CONDITIONS, MOST_TIMES, Given, Shape, shape_of
from graph.reading.period import within
from graph.reading.text import filled


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
        for member, expression in ORDERED_BY.items():
            if member in shape and key == expression:
                time = filled(expression, v=v)
                conditions += within(request.draft, time, shape[member], source.then(value_at((member,))))
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
        writer = ConditionWriter(request, request.arguments.source(self.name))
        return writer.members(shape, ())

    def _shape(self, arguments: Arguments) -> Shape:
        if not arguments.given(self.name):
            return ()
        found: Shape | None = arguments.ask(self.name, shape_of)
        if found is None:
            raise arguments.bad(
                f"A filter may be {DEEPEST} levels deep and have {MOST_CONDITIONS} conditions, "
                "compares attributes with texts, numbers and booleans, "
                f"and counts from 0 to {MOST_TIMES:,} purchases."
            )
        return found

    def _indexed(self, arguments: Arguments, order: Order) -> set[str]:
        key = order.key.expression if order.key else None
        found = {member for member, expression in ORDERED_BY.items() if key == expression}
        return found | {"countries"} if self._by_country(arguments, order) else found

    def _by_country(self, arguments: Arguments, order: Order) -> bool:
        by_age = order.key is not None and order.key.expression == ORDERED_BY["createdAt"]
        return by_age and "countries" in dict(self._shape(arguments))


def _countries(given: Given) -> list[str]:
    # A country named twice must not give its people twice.
    return sorted(set(given["countries"]))
