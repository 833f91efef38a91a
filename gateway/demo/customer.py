from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.imports.country import country_code
from gateway.imports.invoice import Invoice


@dataclass(frozen=True, slots=True)
class Customer:
    """A known customer with what was bought, oldest invoice first."""

    number: str
    country: str | None
    invoices: tuple[Invoice, ...]

    @property
    def since_ms(self) -> int:
        return self.invoices[0].placed_ms


def customers_of(invoices: Iterable[Invoice]) -> list[Customer]:
    """In the order of their numbers, so that neighbours are the same in every run."""
    bought: dict[str, list[Invoice]] = {}
    for invoice in sorted(invoices, key=lambda each: (each.placed_ms, each.number)):
        if invoice.customer:
            bought.setdefault(invoice.customer, []).append(invoice)
    return [
        Customer(number, country_code(theirs[-1].country), tuple(theirs)) for number, theirs in sorted(bought.items())
    ]
