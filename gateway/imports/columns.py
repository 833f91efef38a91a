from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.imports.errors import NotThisFormat
from gateway.imports.reject import RejectCode, RowRefused


class Column(StrEnum):
    """The columns of the online-retail file, in the order in which a row is handed on."""

    INVOICE = "InvoiceNo"
    SKU = "StockCode"
    DESCRIPTION = "Description"
    QUANTITY = "Quantity"
    DATE = "InvoiceDate"
    PRICE = "UnitPrice"
    CUSTOMER = "CustomerID"
    COUNTRY = "Country"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each column stands in a file. Their order is free, and columns of other names are skipped."""

    count: int
    positions: tuple[int, ...]

    def picked(self, fields: Sequence[str]) -> list[str]:
        """The values in the order of Column. Raises RowRefused where there are more or fewer than in the header."""
        if len(fields) != self.count:
            raise RowRefused(RejectCode.COLUMNS, f"has {len(fields)} columns instead of {self.count}")
        return [fields[position].strip() for position in self.positions]


def columns_of(header: str) -> Columns:
    """Raises NotThisFormat that names what is missing."""
    try:
        names = [name.strip() for name in fields_of(header)]
    except RowRefused:
        names = []
    missing = [column.value for column in Column if names.count(column) != 1]
    if missing:
        raise NotThisFormat(
            f"this is no online-retail file: its first line must name each of {', '.join(Column)} once; "
            f"missing or doubled: {', '.join(missing)}"
        )
    return Columns(len(names), tuple(names.index(column) for column in Column))


def fields_of(text: str) -> list[str]:
    """Raises RowRefused where quotes do not close on the line: one row is one line."""
    try:
        return next(csv.reader((text,), strict=True), [])
    except csv.Error as error:
        raise RowRefused(
            RejectCode.QUOTES, "its quotes do not match; a value may not go over the end of the line"
        ) from error
