from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Final

from gateway.imports.history import SOURCE, batches, purchase_of
from gateway.imports.invoice import Incomplete, Invoice, Ledger, all_refused
from gateway.imports.product_name import product_names
from gateway.imports.progress import OnLines
from gateway.imports.reject import Reject, RejectCode
from gateway.imports.shop_file import read_ledger
from gateway.imports.summary import ImportSummary, Tally
from graph.bulk.ingest import Ingested, ingest
from graph.bulk.origin import Origin
from graph.clock import Clock, SystemClock
from graph.connection import Graph
from graph.instants import MOST_AHEAD_MS


def _say_nothing(done: int, of: int) -> None:
    del done, of


# What only the graph knows of an invoice.
_LATE_REASONS: Final = {
    RejectCode.AMBIGUOUS_MATCH: "its customer's identifier points to several people in the graph",
    RejectCode.IDENTIFIER_BLOCKED: "its customer's identifier stands for nobody",
    RejectCode.ERASED: "its customer was erased after it was placed",
}


@dataclass(frozen=True, slots=True)
class ImportOptions:
    batch_lines: int = 5000
    is_test: bool = False
    incomplete: Incomplete = Incomplete.KEEP
    # Keys the hashes of erased addresses; None asks for nobody who was erased.
    erased_key: bytes | None = field(default=None, repr=False)


@dataclass(slots=True)
class _Written:
    """Grows with each batch; the transactions are done, so there is nothing to take back."""

    created: set[str] = field(default_factory=set)
    completed: set[str] = field(default_factory=set)
    refused: dict[str, RejectCode] = field(default_factory=dict)
    profiles: int = 0
    products: int = 0

    def add(self, batch: Ingested) -> None:
        self.created |= batch.created
        self.completed |= batch.completed
        self.refused.update(dict.fromkeys(batch.ambiguous, RejectCode.AMBIGUOUS_MATCH))
        self.refused.update(dict.fromkeys(batch.blocked, RejectCode.IDENTIFIER_BLOCKED))
        self.refused.update(dict.fromkeys(batch.erased, RejectCode.ERASED))
        self.profiles += batch.profiles_created
        self.products += batch.products_created


async def import_online_retail(
    graph: Graph,
    path: Path,
    options: ImportOptions | None = None,
    on_lines: OnLines = _say_nothing,
    clock: Clock | None = None,
) -> tuple[ImportSummary, list[Reject]]:
    """Reads the whole file, then writes it batch by batch; the answer accounts for every row.

    Each batch is one transaction and whole in itself: a run that was killed is completed by running it again, and a
    run more changes nothing. With `options.incomplete` REJECT an invoice with a refused row is refused whole.
    Raises ImportRefused before anything is written, GraphError from any batch.
    """
    chosen = options or ImportOptions()
    started = perf_counter()
    now_ms = (clock or SystemClock()).now()
    ledger = await asyncio.to_thread(read_ledger, path, now_ms + MOST_AHEAD_MS, chosen.incomplete)
    summary, rejects = await import_ledger(graph, ledger, chosen, on_lines, now_ms)
    return replace(summary, seconds=perf_counter() - started), rejects


async def import_ledger(
    graph: Graph, ledger: Ledger, options: ImportOptions, on_lines: OnLines, now_ms: int
) -> tuple[ImportSummary, list[Reject]]:
    """As `import_online_retail`, of a file that was read before."""
    written = await _write(graph, ledger, options, on_lines, now_ms)
    rejects = _all_rejects(ledger, written)
    return _summary(ledger, rejects, written, options), rejects


async def _write(graph: Graph, ledger: Ledger, options: ImportOptions, on_lines: OnLines, now_ms: int) -> _Written:
    names = product_names(line for invoice in ledger for line in invoice.lines)
    origin = Origin(SOURCE, now_ms, options.is_test, options.erased_key)
    written = _Written()
    done, of = 0, ledger.line_count
    for batch in batches(ledger, options.batch_lines):
        written.add(await ingest(graph, [purchase_of(invoice) for invoice in batch], names, origin))
        done += sum(len(invoice.lines) for invoice in batch)
        on_lines(done, of)
    return written


def _all_rejects(ledger: Ledger, written: _Written) -> list[Reject]:
    late = [
        reject
        for invoice in ledger
        if (code := written.refused.get(invoice.number)) is not None
        for reject in all_refused(invoice.lines, code, _LATE_REASONS[code])
    ]
    return sorted([*ledger.rejects, *late], key=lambda reject: reject.line)


def _summary(ledger: Ledger, rejects: list[Reject], written: _Written, options: ImportOptions) -> ImportSummary:
    kept = [invoice for invoice in ledger if invoice.number not in written.refused]
    customers = {invoice.customer for invoice in kept if invoice.customer}
    lines_kept = sum(len(invoice.lines) for invoice in kept)
    return ImportSummary(
        lines_read=lines_kept + len(rejects),
        lines_kept=lines_kept,
        sales=_tally((invoice for invoice in kept if not invoice.is_return), written),
        returns=_tally((invoice for invoice in kept if invoice.is_return), written),
        known_people=len(customers),
        anonymous_people=sum(not invoice.customer for invoice in kept),
        profiles_created=written.profiles,
        products=len({line.sku for invoice in kept for line in invoice.lines}),
        products_created=written.products,
        total_micros=sum(invoice.total_micros for invoice in kept),
        rejects=Counter(reject.code for reject in rejects),
        incomplete=options.incomplete,
        kept_incomplete=ledger.kept_incomplete,
    )


def _tally(invoices: Iterable[Invoice], written: _Written) -> Tally:
    numbers = [invoice.number for invoice in invoices]
    created = sum(number in written.created for number in numbers)
    completed = sum(number in written.completed for number in numbers)
    return Tally(created, len(numbers) - created - completed, completed)
