from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from graph.reading.arguments import Arguments
from graph.reading.listing import Filters, Request
from graph.reading.order import Order
from graph.reading.period import ends_of, within

# In rows, for looking at a thousand entries. The dearest of them follows two edges.
_CONDITION = 100


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The part of a filter that an index serves.

    `unwound` binds `variable` to each value that the property `leading` of the index may have; `conditions` bound the
    range behind it.
    """

    unwound: str = ""
    variable: str | None = None
    leading: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    @property
    def fixed(self) -> list[str]:
        return [*(f"{name} = {self.variable}" for name in self.leading), *self.conditions]


class Filter(Protocol):
    """What a list of everything may be narrowed by."""

    def narrowing(self, request: Request, order: Order) -> Narrowing: ...

    def scans(self, arguments: Arguments, order: Order) -> bool: ...

    def conditions(self, request: Request, order: Order | None) -> list[str]:
        """What is left for looking at each entry; without an order all of it, as then no index narrows anything."""


@dataclass(frozen=True, slots=True)
class NoFilter:
    def narrowing(self, request: Request, order: Order) -> Narrowing:
        del request, order
        return Narrowing()

    def scans(self, arguments: Arguments, order: Order) -> bool:
        del arguments, order
        return False

    def conditions(self, request: Request, order: Order | None) -> list[str]:
        del request, order
        return []


NO_FILTER = NoFilter()


@dataclass(frozen=True, slots=True)
class MembersFilter:
    """The members of the argument `filter`: `during` bounds the time of the order, the others have a template each.

    `one_of` is a member that lists values of the property `leading`, for which the label has an index of that property
    and then of the order's: entries with other values are not even looked at.
    """

    time: str
    one_of: str
    leading: str
    templates: Filters

    def narrowing(self, request: Request, order: Order) -> Narrowing:
        del order
        during = tuple(self._during(request))
        members = request.arguments.within("filter")
        if not members.given(self.one_of):
            return Narrowing(conditions=during)
        v, property_ = request.variable, f"{request.variable}.{self.leading}"
        values = members.source(self.one_of)
        if members.ask(self.one_of, _is_single):
            return Narrowing("", request.draft.parameter(values.then(_first)), (property_,), during)
        wanted, looks = request.draft.named(values.then(_different)), request.looks
        # Each value gives as many entries as are looked at.
        request.cost.also(lambda parameters: len(parameters[wanted]) * (1 + parameters[looks] // 8))
        return Narrowing(f"UNWIND ${wanted} AS {v}l\n", f"{v}l", (property_,), during)

    def scans(self, arguments: Arguments, order: Order) -> bool:
        del order
        return any(arguments.within("filter").given(name) for name in self.templates if name != self.one_of)

    def conditions(self, request: Request, order: Order | None) -> list[str]:
        inner = replace(request, arguments=request.arguments.within("filter"))
        templates = {name: each for name, each in self.templates.items() if not (order and name == self.one_of)}
        conditions = inner.conditions(templates)
        request.look(_CONDITION * len(conditions))
        return [*([] if order else self._during(request)), *conditions]

    def _during(self, request: Request) -> list[str]:
        members = request.arguments.within("filter")
        time = f"{request.variable}.{self.time}"
        return within(request.draft, time, members.ask("during", ends_of), members.source("during"))


def _is_single(values: Sequence[str] | None) -> bool:
    return values is not None and len(set(values)) == 1


def _first(values: Sequence[str]) -> str:
    return values[0]


def _different(values: Sequence[str]) -> list[str]:
    # A value that is named twice must not give its entries twice.
    return sorted(set(values))
