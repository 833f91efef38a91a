from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from graph.reading.arguments import Arguments, Source
from graph.reading.cost import Cost
from graph.reading.draft import Draft
from graph.reading.keyset import Keyset
from graph.reading.order import Order
from graph.reading.page import Page
from graph.reading.text import filled

# More edges of one kind than this on one node are neither shown nor counted: a list over edges has no index, so it is
# read whole before it is sorted.
EDGE_BOUND = 10_000

# An argument's condition on `{v}` and `{value}`, or one for each member of an argument that has one of several.
Filters = Mapping[str, str | Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Request:
    """What a listing needs to know to write its Cypher: whose list, into which variable, with which arguments.

    `looks` names the parameter that says how many entries are looked at; what that costs is told to `cost`.
    """

    draft: Draft
    parent: str
    variable: str
    arguments: Arguments
    cost: Cost
    looks: str

    @property
    def limit(self) -> str:
        return f"${self.looks}"

    def look(self, rows: int) -> None:
        """Tells what looking at a thousand entries costs."""
        looks = self.looks
        self.cost.also(lambda parameters: max(1, rows * parameters[looks] // 1_000))

    def conditions(self, filters: Filters) -> list[str]:
        return [self._condition(name, filters[name]) for name in filters if self.arguments.given(name)]

    def keyset(self, order: Order, page: Page) -> Keyset:
        return Keyset(self.draft, order, page, self.variable)

    def filled(self, template: str, value: Source) -> str:
        return filled(template, v=self.variable, value=self.draft.parameter(value))

    def _condition(self, name: str, template: str | Mapping[str, str]) -> str:
        source = self.arguments.source(name)
        if isinstance(template, str):
            return self.filled(template, source)
        member = self.arguments.ask(name, only_member)
        # Input of this kind holds exactly one of its members; validation sees to it.
        return self.filled(template[member], source.then(lambda given: given[member]))


def only_member(given: Mapping[str, Any] | None) -> str | None:
    """Which member of an input that has one of several is there."""
    return next((name for name, value in (given or {}).items() if value is not None), None)


class Listing(Protocol):
    """Where a list comes from.

    What it writes binds the variable, one row for each entry; the price of what that reads is told to the request.
    """

    def order(self, arguments: Arguments) -> Order: ...

    def scans(self, arguments: Arguments) -> bool:
        """Whether entries are filtered after the index gave them, so that a page may end before it is full."""

    def ordered(self, request: Request, page: Page) -> str:
        """The entries of the page before such a filter, in reading order, as many as the request looks at."""

    def unordered(self, request: Request) -> str:
        """All entries before such a filter, for counting as many as the request looks at."""

    def filtered(self, request: Request) -> list[str]:
        """The conditions of such a filter."""


def where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""
