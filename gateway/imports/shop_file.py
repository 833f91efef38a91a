from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.imports.columns import columns_of
from gateway.imports.invoice import Incomplete, Ledger, gather
from gateway.imports.physical_line import physical_lines
from gateway.imports.reject import Reject
from gateway.imports.shop_line import ShopLine, parse_line


def read_ledger(path: Path, latest_ms: int, incomplete: Incomplete = Incomplete.KEEP) -> Ledger:
    """The whole file in memory, about 300 bytes a row: an invoice's rows need not stand together.

    Raises ImportRefused where it is no such file. Every row is in the answer, as part of an invoice or as a reject.
    """
    return gather(_rows(path, latest_ms), incomplete)


def _rows(path: Path, latest_ms: int) -> Iterator[ShopLine | Reject]:
    lines = physical_lines(path)
    _, header = next(lines, (1, ""))
    columns = columns_of(header)
    for number, raw in lines:
        # An empty line, as editors leave at the end, is no row.
        if raw and not raw.isspace():
            yield parse_line(number, raw, columns, latest_ms)
