from __future__ import annotations

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
    """The members of the argument `filter`: `during` bounds the time of the order, the others have a template each."""

    time: str
    templates: Filters

    def narrowing(self, request: Request, order: Order) -> Narrowing:
        del order
        return Narrowing(conditions=tuple(self._during(request)))

    def scans(self, arguments: Arguments, order: Order) -> bool:
        del order
        return any(arguments.within("filter").given(name) for name in self.templates)

    def conditions(self, request: Request, order: Order | None) -> list[str]:
        inner = replace(request, arguments=request.arguments.within("filter"))
        conditions = inner.conditions(self.templates)
        request.look(_CONDITION * len(conditions))
        return [*([] if order else self._during(request)), *conditions]

    def _during(self, request: Request) -> list[str]:
        members = request.arguments.within("filter")
        time = f"{request.variable}.{self.time}"
        return within(request.draft, time, members.ask("during", ends_of), members.source("during"))
