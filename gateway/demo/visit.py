from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from urllib.parse import quote

from gateway.demo.chance import chance
from gateway.demo.customer import Customer
from gateway.demo.person import SHOWN_CUSTOMER
from gateway.demo.shop import WEBSITE
from gateway.imports.history import SOURCE, customer_identifier
from gateway.imports.invoice import Invoice
from gateway.imports.shop_line import ShopLine
from graph.bulk.event import SyntheticEvent
from graph.identifiers import IdentifierValue

# The source of the events: the shop's website, as it would send them itself.
EVENT_SOURCE = "shop-web"

_MINUTE_MS = 60_000
_DEVICES = ("desktop", "mobile", "tablet")

# Before how many of the newest orders a visit is made up.
_VISITS = 2
_VISITS_OF_SHOWN = 12


def visits_of(customer: Customer) -> Iterator[SyntheticEvent]:
    """What somebody may have done on the website in the minutes before the newest orders, oldest first."""
    sales = [invoice for invoice in customer.invoices if not invoice.is_return]
    many = _VISITS_OF_SHOWN if customer.number == SHOWN_CUSTOMER else _VISITS
    person = customer_identifier(customer.number)
    for invoice in sales[-many:]:
        yield from _visit(chance("visit", invoice.number), person, invoice)


def _visit(random: Random, person: IdentifierValue, invoice: Invoice) -> Iterator[SyntheticEvent]:
    device = random.choice(_DEVICES)
    seen = random.sample(invoice.lines, min(len(invoice.lines), random.randint(1, 4)))
    bought = seen[: random.randint(0, 2)]
    steps = [
        ("session.started", None),
        *(("page.viewed", line) for line in seen),
        *(("cart.added", line) for line in bought),
        ("checkout.started", None),
    ]
    times = _times(random, invoice.placed_ms, len(steps))
    for number, ((event_type, line), at_ms) in enumerate(zip(steps, times, strict=True), start=1):
        yield SyntheticEvent(
            external_id=f"{invoice.number}:{number}",
            person=person,
            type=event_type,
            occurred_ms=at_ms,
            received_ms=at_ms + random.randint(50, 2_000),
            value_micros=line.quantity * line.unit_micros if line and event_type == "cart.added" else None,
            products=(f"{SOURCE}:{line.sku}",) if line else (),
            properties={"device": device, "url": _url(event_type, line)},
        )


def _times(random: Random, placed_ms: int, many: int) -> Sequence[int]:
    """Within forty minutes before the order, in order."""
    return sorted(placed_ms - random.randint(_MINUTE_MS, 40 * _MINUTE_MS) for _ in range(many))


def _url(event_type: str, line: ShopLine | None) -> str:
    if line:
        return f"{WEBSITE}/products/{quote(line.sku, safe='')}"
    return f"{WEBSITE}/checkout" if event_type == "checkout.started" else f"{WEBSITE}/"
