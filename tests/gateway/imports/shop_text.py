from __future__ import annotations

from pathlib import Path

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
DATA_FILE = Path(__file__).resolve().parents[3] / "demo" / "online-retail-2010-12_2011-03.csv.gz"


def row(
    invoice: str,
    *,
    sku: str = "85123A",
    quantity: str = "1",
    price: str = "2.55",
    customer: str = "17850.0",
    country: str = "United Kingdom",
    date: str = "2010-12-01 08:26:00",
    description: str = "WHITE HEART",
) -> str:
    return f"{invoice},{sku},{description},{quantity},{date},{price},{customer},{country}"


def shop_file(path: Path, *rows: str) -> Path:
    """A file whose first row is physical line 2."""
    path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    return path
