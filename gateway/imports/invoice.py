from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.imports.reject import Reject, RejectCode
from gateway.imports.shop_line import ShopLine

# One transaction holds an invoice whole; the longest of the real shop has 1,114 lines.
MOST_LINES = 20_000

# Neo4j's integers have 64 bits.
_LARGEST_MICROS = 2**63 - 1


class Incomplete(StrEnum):
    """What happens to an invoice of which a row was refused."""

    REJECT = "reject"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Invoice:
    """The rows of one number, wherever in the file they stand. `placed_ms` is the earliest row's time."""

    number: str
    customer: str
    country: str
    placed_ms: int
    total_micros: int
    lines: tuple[ShopLine, ...]

    @property
    def is_return(self) -> bool:
        return self.number.startswith("C")


@dataclass(frozen=True, slots=True)
class Ledger:
    """A whole file: every row that was read is in an invoice or a reject."""

    invoices: tuple[Invoice, ...]
    rejects: tuple[Reject, ...]
    kept_incomplete: int

    @property
    def line_count(self) -> int:
        return sum(len(invoice.lines) for invoice in self.invoices)

    def __iter__(self) -> Iterator[Invoice]:
        return iter(self.invoices)


def gather(rows: Iterable[ShopLine | Reject], incomplete: Incomplete = Incomplete.KEEP) -> Ledger:
    """Rows to invoices, in the order of their first rows.

    The rows that are good are kept, also those of an invoice with a refused row; the ledger counts such invoices,
    because their totals lack something. REJECT refuses them whole, so that they arrive complete when the row is
    mended and the file imported again.
    """
    by_number: dict[str, list[ShopLine]] = {}
    rejects: list[Reject] = []
    for row in rows:
        if isinstance(row, ShopLine):
            by_number.setdefault(row.invoice, []).append(row)
        else:
            rejects.append(row)
    damaged = {reject.invoice: reject for reject in reversed(rejects) if reject.invoice in by_number}
    invoices: list[Invoice] = []
    for number, lines in by_number.items():
        cause = damaged.get(number) if incomplete is Incomplete.REJECT else None
        made = _refused(lines, cause) or _invoice(number, lines)
        if isinstance(made, Invoice):
            invoices.append(made)
        else:
            rejects.extend(made)
    kept = sum(invoice.number in damaged for invoice in invoices)
    return Ledger(tuple(invoices), tuple(sorted(rejects, key=lambda reject: reject.line)), kept)


def _refused(lines: Sequence[ShopLine], cause: Reject | None) -> list[Reject]:
    """A reject for each row of an invoice that cannot be taken over, none for one that can."""
    if cause is not None:
        reason = f"belongs to an invoice whose line {cause.line} was refused ({cause.code})"
        return all_refused(lines, RejectCode.INCOMPLETE_INVOICE, reason)
    if any(line.customer != lines[0].customer for line in lines):
        return all_refused(lines, RejectCode.MIXED_CUSTOMERS, "belongs to an invoice with more than one customer")
    if len(lines) > MOST_LINES:
        return all_refused(lines, RejectCode.TOO_MANY_LINES, f"belongs to an invoice of over {MOST_LINES} lines")
    if abs(_total(lines)) > _LARGEST_MICROS:
        return all_refused(lines, RejectCode.OUT_OF_RANGE, "belongs to an invoice whose total is too large")
    return []


def all_refused(lines: Iterable[ShopLine], code: RejectCode, reason: str) -> list[Reject]:
    return [Reject(line.number, code, reason, line.invoice) for line in lines]


def _invoice(number: str, lines: Sequence[ShopLine]) -> Invoice:
    return Invoice(
        number=number,
        customer=lines[0].customer,
        country=lines[0].country,
        placed_ms=min(line.placed_ms for line in lines),
        total_micros=_total(lines),
        lines=tuple(lines),
    )


def _total(lines: Iterable[ShopLine]) -> int:
    return sum(line.quantity * line.unit_micros for line in lines)
