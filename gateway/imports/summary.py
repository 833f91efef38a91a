from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.imports.invoice import Incomplete
from gateway.imports.reject import RejectCode
from graph.money import decimal_from_micros


@dataclass(frozen=True, slots=True)
class Tally:
    created: int = 0
    unchanged: int = 0
    completed: int = 0

    def __str__(self) -> str:
        completed = f"{self.completed:,} completed, " if self.completed else ""
        everything = self.created + self.completed + self.unchanged
        return f"{everything:,} ({self.created:,} created, {completed}{self.unchanged:,} unchanged)"


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What a whole import came to. `total_micros` is the sum over all purchases of the file that are in the graph."""

    lines_read: int
    lines_kept: int
    sales: Tally
    returns: Tally
    known_people: int
    anonymous_people: int
    profiles_created: int
    products: int
    products_created: int
    total_micros: int
    rejects: Mapping[RejectCode, int] = field(default_factory=Counter)
    incomplete: Incomplete = Incomplete.KEEP
    kept_incomplete: int = 0
    seconds: float = 0.0

    @property
    def rejected(self) -> int:
        return sum(self.rejects.values())

    @property
    def lines_per_second(self) -> float:
        return self.lines_read / self.seconds if self.seconds else 0.0

    def text(self) -> Iterator[str]:
        """The lines a person reads at the end."""
        people = self.known_people + self.anonymous_people
        yield f"lines      {self.lines_read:,} read, {self.lines_kept:,} kept, {self.rejected:,} rejected"
        yield f"sales      {self.sales}"
        yield f"returns    {self.returns}"
        yield (
            f"profiles   {people:,} ({self.known_people:,} known, {self.anonymous_people:,} anonymous; "
            f"{self.profiles_created:,} created)"
        )
        yield f"products   {self.products:,} ({self.products_created:,} created)"
        yield f"total      GBP {decimal_from_micros(self.total_micros)}"
        yield f"time       {self.seconds:.1f} s, {self.lines_per_second:,.0f} lines/s"
        for code, count in sorted(self.rejects.items()):
            yield f"rejected   {count:,} {code}"
        if RejectCode.INCOMPLETE_INVOICE in self.rejects:
            yield "           An invoice with a refused row is refused whole, so that no purchase has a wrong total."
        if self.kept_incomplete:
            yield f"caution    {self.kept_incomplete:,} purchases were kept without their refused lines"
