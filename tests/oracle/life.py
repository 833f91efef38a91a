"""What happened to people: plain resolvers over the world in memory."""

from __future__ import annotations

from typing import Any

import orjson

from tests.oracle import orders
from tests.oracle.asking import Info, Resolver, asking
from tests.oracle.paging import Page, page
from tests.oracle.world import Event, Line, Merge, Message, Outreach, Person, Product, Purchase


def _person(entry: Event | Purchase | Message | Merge, info: Info) -> Person | None:
    return asking(info).world.person(entry.profile_id)


def _instant(entry: Event | Purchase | Message | Merge, _info: Info) -> int:
    return orders.instant_of(entry)


def _kind(entry: Event | Purchase | Message | Merge, _info: Info) -> str:
    return entry.typename.upper()


def _properties(event: Event, _info: Info) -> Any:
    try:
        return orjson.loads(event.properties or "{}")
    except orjson.JSONDecodeError:
        return None


def _about(event: Event, _info: Info) -> list[Product]:
    return sorted(event.products, key=lambda each: each.id)


def _purchases_of(product: Product, info: Info, **arguments: Any) -> Page:
    holding = [each for each in asking(info).world.purchases if any(line.product is product for line in each.lines)]
    return page(info, holding, orders.PURCHASES, arguments)


def _money(micros: int | None, purchase: Purchase) -> dict[str, Any]:
    return {"amount": micros or 0, "currency": purchase.currency}


def _lines(purchase: Purchase, info: Info, **arguments: Any) -> Page:
    return page(info, purchase.lines, orders.LINES, arguments)


def _messages_of(outreach: Outreach, info: Info, **arguments: Any) -> Page:
    parts = [each for each in asking(info).world.messages if each.outreach is outreach]
    return page(info, parts, orders.MESSAGES, arguments)


def _attempts(message: Message, info: Info, **arguments: Any) -> Page:
    return page(info, message.attempts, orders.ATTEMPTS, arguments)


def _receipts(message: Message, info: Info, **arguments: Any) -> Page:
    return page(info, message.receipts, orders.RECEIPTS, arguments)


def _through(message: Message, name: str) -> Any:
    """Something of the address that a message goes to."""
    return None if message.subscription is None else getattr(message.subscription.address, name)


_ENTRY: dict[str, Resolver] = {
    "at": _instant,
    "kind": _kind,
    "profile": _person,
    "isTest": lambda entry, _info: bool(entry.is_test),
}

LIFE: dict[str, dict[str, Resolver]] = {
    "Event": {
        **_ENTRY,
        "eventType": lambda event, _info: event.type,
        "receivedAt": lambda event, _info: event.occurred_at if event.received_at is None else event.received_at,
        "value": lambda event, _info: event.value_micros,
        "properties": _properties,
        "products": _about,
    },
    "Product": {"purchases": _purchases_of},
    "Purchase": {
        **_ENTRY,
        "purchaseKind": lambda purchase, _info: purchase.kind,
        "purchaseStatus": lambda purchase, _info: purchase.status,
        "changedAt": lambda purchase, _info: purchase.placed_at if purchase.changed_at is None else purchase.changed_at,
        "total": lambda purchase, _info: _money(purchase.total_micros, purchase),
        "delivery": lambda purchase, _info: _money(purchase.delivery_micros, purchase),
        "discount": lambda purchase, _info: _money(purchase.discount_micros, purchase),
        "lines": _lines,
    },
    "PurchaseLine": {
        "unitPrice": lambda line, _info: _line_money(line.unit_price_micros, line),
        "total": lambda line, _info: _line_money(line.total_micros, line),
        "lineStatus": lambda line, _info: line.status,
    },
    "Message": {
        **_ENTRY,
        "messageState": lambda message, _info: message.state,
        "address": lambda message, _info: _through(message, "value"),
        "masked": lambda message, _info: _through(message, "masked"),
        "resource": lambda message, _info: message.subscription and message.subscription.resource,
        "openCount": lambda message, _info: message.open_count or 0,
        "clickCount": lambda message, _info: message.click_count or 0,
        "attempts": _attempts,
        "receipts": _receipts,
    },
    "Outreach": {"messages": _messages_of},
    "Merge": {
        "at": _instant,
        "kind": _kind,
        "profile": _person,
        "from": lambda merge, info: asking(info).world.person(merge.from_id),
    },
}


def _line_money(micros: int, line: Line) -> dict[str, Any]:
    return _money(micros, line.purchase)
