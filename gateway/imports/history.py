from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.imports.country import country_code
from gateway.imports.invoice import Invoice
from graph.bulk.purchase import BulkLine, BulkPurchase
from graph.identifiers import IdentifierValue, identifier
from graph.vocabulary import IdentifierType, PurchaseKind, PurchaseLineStatus, PurchaseStatus

# The source of purchases and products, and the namespace of the shop's identifiers.
SOURCE = "online-retail"

_CURRENCY = "GBP"


def purchase_of(invoice: Invoice) -> BulkPurchase:
    """The file says no status: a sale of the past was delivered, what came back was refunded."""
    return BulkPurchase(
        external_id=invoice.number,
        buyer=buyer_of(invoice),
        country=country_code(invoice.country),
        kind=PurchaseKind.RETURN if invoice.is_return else PurchaseKind.SALE,
        status=PurchaseStatus.REFUNDED if invoice.is_return else PurchaseStatus.DELIVERED,
        line_status=PurchaseLineStatus.REFUNDED if invoice.is_return else PurchaseLineStatus.DELIVERED,
        placed_ms=invoice.placed_ms,
        currency=_CURRENCY,
        lines=tuple(BulkLine(line.sku, line.quantity, line.unit_micros) for line in invoice.lines),
    )


def buyer_of(invoice: Invoice) -> IdentifierValue:
    """A known customer by number; a buyer nobody has identified is somebody else on every invoice."""
    if invoice.customer:
        return customer_identifier(invoice.customer)
    return identifier(IdentifierType.CUSTOM, SOURCE, f"invoice:{invoice.number}")


def customer_identifier(customer: str) -> IdentifierValue:
    return identifier(IdentifierType.EXTERNAL, SOURCE, customer)


def batches(invoices: Iterable[Invoice], batch_lines: int) -> Iterator[list[Invoice]]:
    """Invoices whole, as many as bring about `batch_lines` lines together; a larger invoice goes alone."""
    batch: list[Invoice] = []
    count = 0
    for invoice in invoices:
        if batch and count + len(invoice.lines) > batch_lines:
            yield batch
            batch, count = [], 0
        batch.append(invoice)
        count += len(invoice.lines)
    if batch:
        yield batch
