"""The orders of the lists. Their names are all that a cursor shares with the product: they are part of its text."""

from __future__ import annotations

from operator import attrgetter

from tests.oracle.ordering import Order
from tests.oracle.world import ConsentRecord, Event, Merge, Message, Purchase

IDENTIFIERS = Order("Identifier.id")
RELATIONS = Order("Relation.id")
PEOPLE_OF_IDENTIFIER = Order("Profile.id")
SUBSCRIPTIONS = Order("Subscription.priority", attrgetter("priority"))
EVENTS = Order("Event.occurredAt", attrgetter("occurred_at"), descending=True)
PURCHASES = Order("Purchase.placedAt", attrgetter("placed_at"), descending=True)
CONSENT = Order("ConsentRecord.at", attrgetter("at"), descending=True)
SUPPRESSIONS = Order("Suppression.since", attrgetter("since"), descending=True)
MESSAGES = Order("Message.createdAt", attrgetter("created_at"), descending=True)
MERGES = Order("Merge.at", attrgetter("at"), descending=True)
LINES = Order("PurchaseLine.position", attrgetter("position"), identity=attrgetter("product.id"))
ATTEMPTS = Order("Attempt.at", attrgetter("at"))
RECEIPTS = Order("Receipt.at", attrgetter("at"))
CATEGORIES = Order("Category.id")
REJECTS = Order("RowResult.key", identity=attrgetter("key"))
BLOCKED = Order("BlockedIdentifier.id")
RESOURCES = Order("Resource.id")
TEMPLATES = Order("Template.id")
PRODUCTS = Order("Product.name", attrgetter("name"), kind=str, nullable=True)

PEOPLE = {
    "CREATED_AT": Order("Profile.createdAt", attrgetter("created_at"), descending=True),
    "LAST_SEEN_AT": Order("Profile.lastSeenAt", attrgetter("last_seen_at"), nullable=True, descending=True),
    "LAST_NAME": Order("Profile.lastName", attrgetter("last_name"), kind=str, nullable=True, descending=True),
}


def instant_of(entry: Event | Purchase | Message | ConsentRecord | Merge) -> int:
    """When something happened to a person."""
    match entry:
        case Event():
            return entry.occurred_at
        case Purchase():
            return entry.placed_at
        case Message():
            return entry.created_at
        case ConsentRecord() | Merge():
            return entry.at


TIMELINE = Order("Profile.timeline", instant_of, descending=True)

# The orders of the lists that have only one.
OF_LIST: dict[tuple[str, str], Order] = {
    ("Query", "blockedIdentifiers"): BLOCKED,
    ("Query", "resources"): RESOURCES,
    ("Query", "templates"): TEMPLATES,
    ("Query", "products"): PRODUCTS,
    ("Query", "messages"): MESSAGES,
    ("Query", "suppressions"): SUPPRESSIONS,
    ("Profile", "identifiers"): IDENTIFIERS,
    ("Profile", "relations"): RELATIONS,
    ("Profile", "subscriptions"): SUBSCRIPTIONS,
    ("Profile", "events"): EVENTS,
    ("Profile", "purchases"): PURCHASES,
    ("Profile", "messages"): MESSAGES,
    ("Profile", "merges"): MERGES,
    ("Profile", "timeline"): TIMELINE,
    ("Profile", "consentHistory"): CONSENT,
    ("ChannelSubscription", "history"): CONSENT,
    ("Identifier", "profiles"): PEOPLE_OF_IDENTIFIER,
    ("Resource", "categories"): CATEGORIES,
    ("Product", "purchases"): PURCHASES,
    ("Purchase", "lines"): LINES,
    ("Message", "attempts"): ATTEMPTS,
    ("Message", "receipts"): RECEIPTS,
    ("Outreach", "messages"): MESSAGES,
    ("Job", "rejects"): REJECTS,
}
