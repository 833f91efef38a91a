"""What happened to someone, in the graph. A plain field is one line: its GraphQL name, and the property of it."""

from __future__ import annotations

from graph.reading import links
from graph.reading.edges import Edges
from graph.reading.fields import Connection, Constant, Far, Money, Near, One, Several, Shape
from graph.reading.indexed_edges import IndexedEdges
from graph.reading.order import Order, SortKey, SortKind
from graph.reading.values import instant, json, optional, optional_decimal, optional_instant, value, value_or

_PLACED_AT = SortKey("{v}.placedAt", SortKind.TIME)
_LINE_CURRENCY = "startNode({v}).currency"

EVENT = Shape(
    "Event",
    {
        "id": value("id"),
        "at": instant("occurredAt"),
        "kind": Constant("EVENT"),
        "profile": One("Profile", links.PERSON_BY),
        "source": value("source"),
        "externalId": value("externalId"),
        "eventType": value("type"),
        "occurredAt": instant("occurredAt"),
        "receivedAt": instant("receivedAt", otherwise="occurredAt"),
        "value": optional_decimal("valueMicros"),
        "properties": json("properties"),
        "products": Several("Product", Edges("MATCH ({p})-[:ABOUT]->({v})", Order("Product.id"))),
        "causedBy": One("Message", links.MESSAGE_OF_EVENT, required=False),
        "isTest": value_or("isTest", "false"),
    },
)

PRODUCT = Shape(
    "Product",
    {
        "id": value("id"),
        "source": value("source"),
        "sku": value("sku"),
        "name": optional("name"),
        "productCategory": optional("productCategory"),
        "purchases": Connection(
            "Purchase",
            IndexedEdges(
                "CONTAINS",
                "productId",
                Order("Purchase.placedAt", _PLACED_AT, descending=True),
                Order("Purchase.placedAt", _PLACED_AT, identity="{v}.purchaseId", descending=True),
            ),
        ),
    },
)

PURCHASE = Shape(
    "Purchase",
    {
        "id": value("id"),
        "at": instant("placedAt"),
        "kind": Constant("PURCHASE"),
        "profile": One("Profile", links.PERSON_BY),
        "source": value("source"),
        "externalId": value("externalId"),
        "purchaseKind": value("kind"),
        "purchaseStatus": value("status"),
        "placedAt": instant("placedAt"),
        "changedAt": instant("changedAt", otherwise="placedAt"),
        "total": Money("{v}.totalMicros"),
        "delivery": Money("coalesce({v}.deliveryMicros, 0)"),
        "discount": Money("coalesce({v}.discountMicros, 0)"),
        "lines": Connection(
            "PurchaseLine",
            Edges(
                "MATCH ({p})-[{v}:CONTAINS]->({v}x)",
                Order("PurchaseLine.position", SortKey("{v}.position", SortKind.INTEGER), identity="{v}x.id"),
                kept=("{v}x",),
                opening=25,
            ),
        ),
        "isTest": value_or("isTest", "false"),
    },
)

# The line is an edge: `{v}` is the edge itself, `{v}x` the product it ends at.
LINE = Shape(
    "PurchaseLine",
    {
        "position": value("position"),
        "product": Near("Product", "{v}x"),
        "quantity": value("quantity"),
        "unitPrice": Money("{v}.unitPriceMicros", _LINE_CURRENCY),
        "total": Money("{v}.totalMicros", _LINE_CURRENCY),
        "lineStatus": value("status"),
    },
)

MESSAGE = Shape(
    "Message",
    {
        "id": value("id"),
        "at": instant("createdAt"),
        "kind": Constant("MESSAGE"),
        "profile": One("Profile", links.PERSON_BY_ID),
        "messageState": value("state"),
        "purpose": value("purpose"),
        "channel": value("channel"),
        "subject": optional("subject"),
        "address": Far(links.ADDRESS_OF_MESSAGE, optional("value")),
        "masked": Far(links.ADDRESS_OF_MESSAGE, optional("masked")),
        "subscription": One("ChannelSubscription", links.SUBSCRIPTION_OF_MESSAGE, required=False),
        "resource": One("Resource", links.RESOURCE_OF_MESSAGE),
        "outreach": One("Outreach", links.OUTREACH_OF_MESSAGE),
        "refusedBy": optional("refusedBy"),
        "reason": optional("reason"),
        "isTest": value_or("isTest", "false"),
        "createdAt": instant("createdAt"),
        "sentAt": optional_instant("sentAt"),
        "deliveredAt": optional_instant("deliveredAt"),
        "openedAt": optional_instant("openedAt"),
        "firstClickedAt": optional_instant("firstClickedAt"),
        "openCount": value_or("openCount", "0"),
        "clickCount": value_or("clickCount", "0"),
        "complainedAt": optional_instant("complainedAt"),
        "unsubscribedAt": optional_instant("unsubscribedAt"),
        "attempts": Connection(
            "Attempt",
            # Other nodes than attempts may come to hang on a message by the same edge.
            Edges("MATCH ({p})<-[:OF]-({v}:Attempt)", Order("Attempt.at", SortKey("{v}.at", SortKind.TIME))),
        ),
        "receipts": Connection(
            "Receipt",
            Edges("MATCH ({p})<-[:OF]-({v}:Receipt)", Order("Receipt.at", SortKey("{v}.at", SortKind.TIME))),
        ),
    },
)

MERGE = Shape(
    "Merge",
    {
        "id": value("id"),
        "at": instant("at"),
        "kind": Constant("MERGE"),
        "profile": One("Profile", links.PERSON_OF_MERGE),
        "from": One("Profile", links.PERSON_MERGED),
        "fromId": value("fromId"),
        "rule": value("rule"),
        "evidence": optional("evidence"),
        "actor": optional("actor"),
        "undoneAt": optional_instant("undoneAt"),
    },
)

ATTEMPT = Shape(
    "Attempt",
    {
        "id": value("id"),
        "at": instant("at"),
        "provider": value("provider"),
        "outcome": value("outcome"),
        "answer": optional("answer"),
        "nextAt": optional_instant("nextAt"),
    },
)

RECEIPT = Shape(
    "Receipt",
    {
        "id": value("id"),
        "at": instant("at"),
        "provider": value("provider"),
        "eventType": value("eventType"),
        "applied": value("applied"),
        "reason": optional("reason"),
    },
)

OUTREACH = Shape(
    "Outreach",
    {
        "id": value("id"),
        "origin": value("origin"),
        "state": value("state"),
        "refusedBy": optional("refusedBy"),
        "reason": optional("reason"),
        "messages": Connection(
            "Message",
            Edges(
                "MATCH ({p})<-[:PART_OF]-({v})",
                Order("Message.createdAt", SortKey("{v}.createdAt", SortKind.TIME), descending=True),
                opening=450,
            ),
        ),
    },
)
