from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph.reading.draft import Draft
from graph.reading.keyset import Branch
from graph.reading.listing import Filters, Request, where
from graph.reading.order import Order, SortKey, SortKind
from graph.reading.page import Page


@dataclass(frozen=True, slots=True)
class History:
    """What happened to a person, read from the index (profileId, time, id) for each id the person ever had.

    All three properties stand in every WHERE and ORDER BY: without one of them the whole history is read (22 db hits
    against 1,000,041, measured). `typed` names an argument with an index of its own, (profileId, type, time, id).
    Further filters look at what the index gives, entry by entry.
    """

    label: str
    time: str
    typed: str | None = None
    filters: Filters = field(default_factory=dict)

    def order(self, arguments: Mapping[str, object]) -> Order:
        key = SortKey(f"{{v}}.{self.time}", SortKind.TIME)
        return Order(f"{self.label}.{self.time}", key, descending=True).turned(arguments)

    def scans(self, arguments: Mapping[str, object]) -> bool:
        return any(arguments.get(name) is not None for name in self.filters)

    def ordered(self, request: Request, page: Page, limit: str) -> str:
        order, v = self.order(request.arguments), request.variable
        keyset = request.keyset(order, page)
        fixed, leading = self._fixed(request)
        by = order.by(v, *leading, down=keyset.down)
        match = self._match(request, leading)
        branches = "\nUNION ALL\n".join(
            f"{match}{where([*fixed, *branch])} RETURN {v} ORDER BY {by} LIMIT {limit}" for branch in keyset.of_values()
        )
        return (
            f"{self._people(request)}\nCALL ({', '.join(self._imported(request))}) {{\n{branches}\n}}\n"
            f"WITH {v} ORDER BY {order.by(v, down=keyset.down)} LIMIT {limit}"
        )

    def unordered(self, request: Request) -> str:
        v = request.variable
        fixed, leading = self._fixed(request)
        conditions = [*fixed, f"{v}.{self.time} IS NOT NULL", f"{v}.id IS NOT NULL"]
        return f"{self._people(request)}\n{self._match(request, leading)}{where(conditions)}"

    def filtered(self, request: Request) -> list[str]:
        return request.conditions(self.filters)

    def _match(self, request: Request, leading: list[str]) -> str:
        index = self.order(request.arguments).index(request.variable, self.label, *leading, seek=True)
        return f"MATCH ({request.variable}:{self.label}){index}"

    def _types(self, request: Request) -> list[str] | None:
        types = None if self.typed is None else request.arguments.get(self.typed)
        # A type named twice must not give its entries twice.
        return sorted(set(types)) if isinstance(types, list) else None

    def _people(self, request: Request) -> str:
        v, types = request.variable, self._types(request)
        people = f"UNWIND {request.parent}.memberIds AS {v}m"
        return people if types is None else f"{people}\nUNWIND {request.draft.parameter(types)} AS {v}t"

    def _imported(self, request: Request) -> list[str]:
        v = request.variable
        return [f"{v}m"] if self._types(request) is None else [f"{v}m", f"{v}t"]

    def _fixed(self, request: Request) -> tuple[Branch, list[str]]:
        v = request.variable
        conditions, leading = [f"{v}.profileId = {v}m"], [f"{v}.profileId"]
        if self._types(request) is not None:
            conditions.append(f"{v}.type = {v}t")
            leading.append(f"{v}.type")
        return [*conditions, *during(request.draft, f"{v}.{self.time}", request.arguments.get("during"))], leading


def during(draft: Draft, time: str, period: object) -> Branch:
    """A period includes its beginning and excludes its end; each may be open."""
    if not isinstance(period, Mapping):
        return []
    return [
        f"{time} {sign} datetime({{epochMillis: {draft.parameter(period[name])}}})"
        for name, sign in (("from", ">="), ("before", "<"))
        if period.get(name) is not None
    ]
