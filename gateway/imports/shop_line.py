from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.imports.columns import Columns, fields_of
from gateway.imports.physical_line import LONGEST_LINE, decoded
from gateway.imports.reject import Reject, RejectCode, RowRefused
from graph.instants import epoch_ms
from graph.money import micros_from_decimal

# The file's times carry no zone; the shop is in the United Kingdom.
SHOP_ZONE = ZoneInfo("Europe/London")

_LONGEST = {"InvoiceNo": 64, "StockCode": 64, "Description": 500, "Country": 100}
# GraphQL's Int has 32 bits, and a quantity leaves through it.
_LARGEST_QUANTITY = 2**31 - 1
# Neo4j's integers have 64 bits.
_LARGEST_MICROS = 2**63 - 1

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_CUSTOMER = re.compile(r"([0-9]{1,20})(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class ShopLine:
    """One row. `customer` is empty for a buyer whom nobody has identified; `placed_ms` is epoch milliseconds."""

    number: int
    invoice: str
    sku: str
    description: str
    quantity: int
    placed_ms: int
    unit_micros: int
    customer: str
    country: str


def parse_line(number: int, raw: str, columns: Columns, latest_ms: int) -> ShopLine | Reject:
    """Whatever `raw` holds, it is a line or a Reject, never an error. Times after `latest_ms` are refused."""
    invoice = _guessed_invoice(raw, columns)
    try:
        values = columns.picked(fields_of(_text(raw)))
        invoice = values[0]
        return _line(number, values, latest_ms)
    except RowRefused as refused:
        return Reject(number, refused.code, refused.reason, invoice)


def _guessed_invoice(raw: str, columns: Columns) -> str:
    """Which invoice a row belongs to that may turn out not to be readable as a whole."""
    position = columns.positions[0]
    parts = raw.split(",", position + 1)
    return parts[position].strip(' "') if position < len(parts) else ""


def _text(raw: str) -> str:
    if len(raw) > LONGEST_LINE:
        raise RowRefused(RejectCode.TOO_LONG, f"is longer than {LONGEST_LINE} bytes")
    try:
        text = decoded(raw)
    except UnicodeDecodeError as error:
        raise RowRefused(RejectCode.NOT_TEXT, "is neither UTF-8 nor Windows-1252 text") from error
    if _CONTROL.search(text):
        raise RowRefused(RejectCode.CHARACTER, "holds a control character")
    return text


def _line(number: int, values: list[str], latest_ms: int) -> ShopLine:
    invoice, sku, description, quantity, date, price, customer, country = values
    if not invoice:
        raise RowRefused(RejectCode.REQUIRED, "InvoiceNo is empty")
    if not sku:
        raise RowRefused(RejectCode.REQUIRED, "StockCode is empty")
    for name, value in (("InvoiceNo", invoice), ("StockCode", sku), ("Description", description), ("Country", country)):
        if len(value) > _LONGEST[name]:
            raise RowRefused(RejectCode.TOO_LONG, f"{name} is longer than {_LONGEST[name]} characters")
    units = _quantity(quantity)
    unit_micros = _price(price)
    if abs(units * unit_micros) > _LARGEST_MICROS:
        raise RowRefused(RejectCode.OUT_OF_RANGE, "Quantity times UnitPrice is too large")
    return ShopLine(
        number=number,
        # The same few texts come back on thousands of rows; interned, each is in memory once.
        invoice=sys.intern(invoice),
        sku=sys.intern(sku),
        description=sys.intern(description),
        quantity=units,
        placed_ms=_placed(date, latest_ms),
        unit_micros=unit_micros,
        customer=sys.intern(_customer(customer)),
        country=sys.intern(country),
    )


def _quantity(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise RowRefused(RejectCode.NUMBER, "Quantity is not a whole number")
    quantity = int(text)
    if abs(quantity) > _LARGEST_QUANTITY:
        raise RowRefused(RejectCode.OUT_OF_RANGE, "Quantity is too large")
    return quantity


@lru_cache(maxsize=4096)
def _price(text: str) -> int:
    if not _DECIMAL.fullmatch(text):
        raise RowRefused(RejectCode.NUMBER, "UnitPrice is not a decimal number")
    try:
        return micros_from_decimal(text)
    except ValueError as error:
        raise RowRefused(RejectCode.OUT_OF_RANGE, f"UnitPrice {error}") from error


def _placed(text: str, latest_ms: int) -> int:
    placed_ms = _local_ms(text)
    if placed_ms > latest_ms:
        raise RowRefused(RejectCode.DATE, "InvoiceDate is in the future")
    if placed_ms < 0:
        raise RowRefused(RejectCode.DATE, "InvoiceDate is before 1970")
    return placed_ms


@lru_cache(maxsize=4096)
def _local_ms(text: str) -> int:
    """Of an hour that comes twice the first is meant; one that summer time skips is moved forward by an hour."""
    if not _DATE.fullmatch(text):
        raise RowRefused(RejectCode.DATE, "InvoiceDate is not a time like 2010-12-01 08:26:00")
    try:
        return epoch_ms(datetime.fromisoformat(text).replace(tzinfo=SHOP_ZONE))
    except (ValueError, OverflowError) as error:
        raise RowRefused(RejectCode.DATE, "InvoiceDate is not in the calendar") from error


@lru_cache(maxsize=4096)
def _customer(text: str) -> str:
    """`17850.0` is `17850`: the file went through a program that took the column for decimals."""
    if not text:
        return ""
    match = _CUSTOMER.fullmatch(text)
    if match is None:
        raise RowRefused(RejectCode.CUSTOMER, "CustomerID is not a number")
    if not match[1].strip("0"):
        raise RowRefused(RejectCode.CUSTOMER, "CustomerID is a placeholder for nobody")
    return match[1]
