from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from graph.reading.draft import Draft
from graph.reading.keyset import Keyset
from graph.reading.order import Order
from graph.reading.page import Page
from graph.reading.text import filled

# More edges of one kind than this on one node are neither shown nor counted: a list over edges has no index, so it is
# read whole before it is sorted.
EDGE_BOUND = 10_000

Filters = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """What a listing needs to know to write its Cypher: whose list, into which variable, with which arguments."""

    draft: Draft
    parent: str
    variable: str
    arguments: Mapping[str, object]

    def conditions(self, filters: Filters) -> list[str]:
        return [
            filled(template, v=self.variable, value=self.draft.parameter(self.arguments[name]))
            for name, template in filters.items()
            if self.arguments.get(name) is not None
        ]

    def keyset(self, order: Order, page: Page) -> Keyset:
        return Keyset(self.draft, order, page, self.variable)


class Listing(Protocol):
    """Where a list comes from. What it writes binds the variable, one row for each entry."""

    def order(self, arguments: Mapping[str, object]) -> Order: ...

    def scans(self, arguments: Mapping[str, object]) -> bool:
        """Whether entries are filtered after the index gave them, so that a page may end before it is full."""

    def ordered(self, request: Request, page: Page, limit: str) -> str:
        """The entries of the page before such a filter, in reading order, at most `limit`."""

    def unordered(self, request: Request) -> str:
        """All entries before such a filter, for counting."""

    def filtered(self, request: Request) -> list[str]:
        """The conditions of such a filter."""


def where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""
