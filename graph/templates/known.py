"""What a template may name: the words by which it speaks of the person, and of what the message is about."""

from __future__ import annotations

from collections.abc import Mapping
from enum import auto
from typing import Final

from graph.vocabulary import Word

PROFILE: Final = "profile"
ATTRIBUTES: Final = "attributes"
RESOURCE: Final = "resource"
SUBSCRIPTION: Final = "subscription"
DATA: Final = "data"
NOW: Final = "now"
VIEWED_PRODUCTS: Final = "viewedProducts"
LAST_PURCHASE: Final = "lastPurchase"
LINES: Final = "lines"

PROFILE_FIELDS: Final = (
    "firstName",
    "lastName",
    "birthDate",
    "sex",
    "locale",
    "timezone",
    "country",
    "city",
    "createdAt",
)
VIEWED_PRODUCT_FIELDS: Final = frozenset({"source", "sku", "name", "productCategory", "viewedAt"})
PURCHASE_FIELDS: Final = frozenset(
    {"source", "externalId", "purchaseStatus", "placedAt", "currency", "total", "delivery", "discount", LINES}
)
PURCHASE_LINE_FIELDS: Final = frozenset(
    {"position", "source", "sku", "name", "productCategory", "quantity", "unitPrice", "total", "lineStatus"}
)
KNOWN: Final[Mapping[str, frozenset[str]]] = {
    PROFILE: frozenset(PROFILE_FIELDS),
    ATTRIBUTES: frozenset(),
    DATA: frozenset(),
    RESOURCE: frozenset({"key", "title"}),
    SUBSCRIPTION: frozenset({"channel", "leaveUrl"}),
    NOW: frozenset(),
    VIEWED_PRODUCTS: VIEWED_PRODUCT_FIELDS,
    LAST_PURCHASE: PURCHASE_FIELDS,
}
# Which of these there are the graph knows, or whoever sends.
FREE: Final = frozenset({ATTRIBUTES, DATA})
# These are values, and the others have fields.
WHOLE: Final = frozenset({NOW})


class Past(Word):
    """What somebody did, which is looked up for those templates alone that name it."""

    VIEWED_PRODUCTS = auto()
    LAST_PURCHASE = auto()


PAST: Final[Mapping[str, Past]] = {
    VIEWED_PRODUCTS: Past.VIEWED_PRODUCTS,
    LAST_PURCHASE: Past.LAST_PURCHASE,
}
# The lists that a template may go through, and what each of their items has.
LISTS: Final[Mapping[tuple[str, ...], frozenset[str]]] = {
    (VIEWED_PRODUCTS,): VIEWED_PRODUCT_FIELDS,
    (LAST_PURCHASE, LINES): PURCHASE_LINE_FIELDS,
}
