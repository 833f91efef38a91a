from __future__ import annotations

from gateway.imports.country import country_code
from gateway.imports.invoice import MOST_LINES, Incomplete, gather
from gateway.imports.product_name import product_names
from gateway.imports.reject import Reject, RejectCode
from gateway.imports.shop_line import ShopLine


def line(number: int, invoice: str, **other: object) -> ShopLine:
    values = {
        "sku": "22",
        "description": "LAMP",
        "quantity": 1,
        "placed_ms": 1_000,
        "unit_micros": 2_000_000,
        "customer": "17850",
        "country": "EIRE",
        **other,
    }
    return ShopLine(number=number, invoice=invoice, **values)  # type: ignore[arg-type]  # The keys are the fields.


def test_lines_of_an_invoice_come_together_from_anywhere_in_the_file() -> None:
    rows = [line(2, "1", placed_ms=9), line(3, "2"), line(4, "1", placed_ms=5, quantity=-2), line(5, "C3")]

    ledger = gather(rows)

    assert [invoice.number for invoice in ledger] == ["1", "2", "C3"]
    assert [invoice.is_return for invoice in ledger] == [False, False, True]
    first = ledger.invoices[0]
    assert [each.number for each in first.lines] == [2, 4]
    assert first.placed_ms == 5
    assert first.total_micros == -2_000_000
    assert ledger.rejects == ()
    assert ledger.line_count == 4


def test_an_invoice_with_a_refused_row_is_refused_whole_where_that_is_asked_for() -> None:
    bad = Reject(3, RejectCode.NUMBER, "Quantity is not a whole number", "1")

    ledger = gather([line(2, "1"), bad, line(4, "1"), line(5, "2")], Incomplete.REJECT)

    assert [invoice.number for invoice in ledger] == ["2"]
    assert [(each.line, each.code) for each in ledger.rejects] == [
        (2, RejectCode.INCOMPLETE_INVOICE),
        (3, RejectCode.NUMBER),
        (4, RejectCode.INCOMPLETE_INVOICE),
    ]
    assert ledger.rejects[0].reason == "belongs to an invoice whose line 3 was refused (NUMBER)"
    assert ledger.kept_incomplete == 0


def test_the_good_rows_of_an_invoice_are_kept_beside_a_refused_one() -> None:
    bad = Reject(3, RejectCode.NUMBER, "Quantity is not a whole number", "1")

    ledger = gather([line(2, "1"), bad, line(4, "2")])

    assert [invoice.number for invoice in ledger] == ["1", "2"]
    assert ledger.rejects == (bad,)
    assert ledger.kept_incomplete == 1


def test_an_invoice_of_two_customers_is_refused_with_every_row() -> None:
    ledger = gather([line(2, "1"), line(3, "1", customer=""), line(4, "2")])

    assert [invoice.number for invoice in ledger] == ["2"]
    assert [(each.line, each.code) for each in ledger.rejects] == [
        (2, RejectCode.MIXED_CUSTOMERS),
        (3, RejectCode.MIXED_CUSTOMERS),
    ]


def test_a_total_that_fits_no_64_bits_and_an_endless_invoice_are_refused() -> None:
    large = [line(number, "1", unit_micros=2**62) for number in (2, 3)]
    long = [line(number, "2") for number in range(4, MOST_LINES + 5)]

    ledger = gather([*large, *long])

    assert ledger.invoices == ()
    codes = {each.code for each in ledger.rejects}
    assert codes == {RejectCode.OUT_OF_RANGE, RejectCode.TOO_MANY_LINES}
    assert len(ledger.rejects) == 2 + MOST_LINES + 1


def test_a_product_is_called_what_most_of_its_sold_rows_say() -> None:
    names = product_names(
        [
            line(2, "1", description="damaged", unit_micros=0),
            line(3, "1", description="damaged", unit_micros=0),
            line(4, "1", description="RED LAMP"),
            line(5, "1", sku="23", description="B"),
            line(6, "1", sku="23", description="A"),
            line(7, "1", sku="24", description="", unit_micros=0),
            line(8, "1", sku="25", description="thrown away", unit_micros=0),
        ]
    )

    assert names == {"22": "RED LAMP", "23": "B", "25": "thrown away"}


def test_a_name_that_is_no_country_has_no_code() -> None:
    names = ("EIRE", "United Kingdom", "RSA", "Channel Islands", "European Community", "Unspecified", "Atlantis")

    assert [country_code(name) for name in names] == ["IE", "GB", "ZA", None, None, None, None]
