from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.imports.columns import Column, columns_of
from gateway.imports.errors import NotThisFormat
from gateway.imports.reject import Reject, RejectCode
from gateway.imports.shop_line import ShopLine, parse_line

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
COLUMNS = columns_of(HEADER)
NOW = 1_790_000_000_000
GOOD = "536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"


def parsed(raw: str) -> ShopLine | Reject:
    return parse_line(7, raw, COLUMNS, NOW)


def test_a_row_is_read_exactly() -> None:
    assert parsed(GOOD) == ShopLine(
        number=7,
        invoice="536365",
        sku="85123A",
        description="WHITE HANGING HEART T-LIGHT HOLDER",
        quantity=6,
        placed_ms=1_291_191_960_000,
        unit_micros=2_550_000,
        customer="17850",
        country="United Kingdom",
    )


def test_a_summer_time_is_an_hour_before_the_same_time_in_utc() -> None:
    line = parsed(GOOD.replace("2010-12-01 08:26:00", "2011-03-28 08:26:00"))

    assert isinstance(line, ShopLine)
    assert line.placed_ms == 1_301_297_160_000


@pytest.mark.parametrize(
    ("raw", "code", "reason"),
    [
        ("536365,85123A", RejectCode.COLUMNS, "has 2 columns instead of 8"),
        (GOOD + ",more", RejectCode.COLUMNS, "has 9 columns instead of 8"),
        (GOOD.replace("536365", " "), RejectCode.REQUIRED, "InvoiceNo is empty"),
        (GOOD.replace("85123A", ""), RejectCode.REQUIRED, "StockCode is empty"),
        (GOOD.replace("85123A", "8" * 65), RejectCode.TOO_LONG, "StockCode is longer than 64 characters"),
        (GOOD.replace("WHITE", "W" * 500), RejectCode.TOO_LONG, "Description is longer than 500 characters"),
        (GOOD.replace("WHITE", "W" * 65_536), RejectCode.TOO_LONG, "is longer than 65536 bytes"),
        (GOOD.replace(",6,", ",six,"), RejectCode.NUMBER, "Quantity is not a whole number"),
        (GOOD.replace(",6,", ",6.5,"), RejectCode.NUMBER, "Quantity is not a whole number"),
        (GOOD.replace(",6,", ",2147483648,"), RejectCode.OUT_OF_RANGE, "Quantity is too large"),
        (GOOD.replace("2.55", "1e3"), RejectCode.NUMBER, "UnitPrice is not a decimal number"),
        (GOOD.replace("2.55", "NaN"), RejectCode.NUMBER, "UnitPrice is not a decimal number"),
        (GOOD.replace("2.55", ""), RejectCode.NUMBER, "UnitPrice is not a decimal number"),
        (GOOD.replace("2.55", "0.0000001"), RejectCode.OUT_OF_RANGE, "UnitPrice has more than six decimal places"),
        (GOOD.replace("2.55", "9999999999999"), RejectCode.OUT_OF_RANGE, "UnitPrice is too large"),
        (GOOD.replace("2.55", "9000000000000"), RejectCode.OUT_OF_RANGE, "Quantity times UnitPrice is too large"),
        (GOOD.replace("2010-12-01", "2010-02-30"), RejectCode.DATE, "InvoiceDate is not in the calendar"),
        (GOOD.replace("2010-12-01", "01.12.2010"), RejectCode.DATE, None),
        (GOOD.replace("2010-12-01", "1910-12-01"), RejectCode.DATE, "InvoiceDate is before 1970"),
        (GOOD.replace("2010-12-01", "9999-12-01"), RejectCode.DATE, "InvoiceDate is in the future"),
        (GOOD.replace("17850.0", "17850.5"), RejectCode.CUSTOMER, "CustomerID is not a number"),
        (GOOD.replace("17850.0", "0.0"), RejectCode.CUSTOMER, "CustomerID is a placeholder for nobody"),
        (GOOD.replace("WHITE", 'WHITE"').replace("536365,", '"536365,'), RejectCode.QUOTES, None),
        (GOOD.replace("WHITE", "WH\x00ITE"), RejectCode.CHARACTER, "holds a control character"),
        (GOOD.replace("WHITE", "WH\x81ITE"), RejectCode.NOT_TEXT, "is neither UTF-8 nor Windows-1252 text"),
    ],
)
def test_a_bad_row_is_a_reject_with_its_line_and_reason(raw: str, code: RejectCode, reason: str | None) -> None:
    reject = parsed(raw)

    assert isinstance(reject, Reject)
    assert (reject.line, reject.code) == (7, code)
    assert reason is None or reject.reason == reason


def test_a_reject_names_the_invoice_even_where_the_rest_cannot_be_read() -> None:
    rejects = [parsed(raw) for raw in ("536365,85123A", '"536365",8"x"y,"', GOOD.replace(",6,", ",?,"))]

    assert [reject.invoice for reject in rejects] == ["536365", "536365", "536365"]


def test_text_is_utf_8_or_else_windows_1252() -> None:
    utf_8 = parsed(GOOD.replace("WHITE", "£ CAFÉ").encode().decode("latin-1"))
    windows = parsed(GOOD.replace("WHITE", "£ CAFÉ").encode("cp1252").decode("latin-1"))

    assert isinstance(utf_8, ShopLine)
    assert isinstance(windows, ShopLine)
    assert utf_8.description == windows.description == "£ CAFÉ HANGING HEART T-LIGHT HOLDER"


def test_columns_may_stand_in_any_order_with_others_between() -> None:
    columns = columns_of("Country,Note,InvoiceNo,StockCode,Quantity,Description,UnitPrice,InvoiceDate,CustomerID")

    line = parse_line(2, "EIRE,x,C1,22,-3,LAMP,0.5,2011-01-02 10:00:00,", columns, NOW)

    assert isinstance(line, ShopLine)
    assert (line.invoice, line.sku, line.quantity, line.unit_micros, line.customer, line.country) == (
        ("C1", "22", -3, 500_000, "", "EIRE")
    )


@pytest.mark.parametrize(
    "header", ["", "a,b,c", HEADER.replace("Country", "Quantity"), HEADER.replace("StockCode", "")]
)
def test_another_header_is_refused(header: str) -> None:
    with pytest.raises(NotThisFormat, match="this is no online-retail file"):
        columns_of(header)


BYTES = st.text(st.characters(max_codepoint=255, blacklist_characters="\r\n"), max_size=200)
FIELDS = st.lists(
    st.one_of(
        st.sampled_from(["", "536365", "85123A", "6", "-6", "2010-12-01 08:26:00", "2.55", "17850.0", '"', "1" * 25]),
        st.text(st.characters(max_codepoint=255, blacklist_characters="\r\n"), max_size=12),
    ),
    min_size=len(Column),
    max_size=len(Column),
).map(",".join)


@given(st.one_of(BYTES, FIELDS))
def test_whatever_stands_in_a_row_it_is_a_line_or_a_reject(raw: str) -> None:
    row = parsed(raw)

    if isinstance(row, ShopLine):
        assert row.number == 7
        assert row.invoice
        assert row.sku
        assert abs(row.quantity * row.unit_micros) < 2**63
        assert 0 <= row.placed_ms <= NOW
    else:
        assert row.line == 7
        assert row.reason
