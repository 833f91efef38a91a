"""What people subscribe to, in the graph."""

from __future__ import annotations

from graph.reading import links
from graph.reading.edges import Edges
from graph.reading.fields import Connection, One, Shape
from graph.reading.order import Order
from graph.reading.values import (
    instant,
    optional,
    optional_decimal,
    value,
    value_or,
)

RESOURCE = Shape(
    "Resource",
    {
        "id": value("id"),
        "key": value("key"),
        "title": value("title"),
        "channels": value_or("channels", "[]"),
        "categories": Connection("Category", Edges("MATCH ({p})-[:OFFERS]->({v})", Order("Category.id"))),
        "requireDoubleOptIn": value_or("requireDoubleOptIn", "false"),
        "raisePriorityOfNew": value_or("raisePriorityOfNew", "true"),
        "onUnknown": value_or("onUnknown", "'RETRY'"),
        "trackOpens": value_or("trackOpens", "true"),
        "trackClicks": value_or("trackClicks", "true"),
        "stopWords": value_or("stopWords", "[]"),
        "startWords": value_or("startWords", "[]"),
        "rate": optional_decimal("rateMicros"),
        "burst": optional("burst"),
        "createdAt": instant("createdAt"),
    },
)

CATEGORY = Shape(
    "Category",
    {
        "id": value("id"),
        "key": value("key"),
        "title": value("title"),
        "resource": One("Resource", links.RESOURCE_OF_CATEGORY),
        "mandatory": value_or("mandatory", "false"),
        "active": value_or("active", "true"),
        "joinedByDefault": value_or("joinedByDefault", "true"),
    },
)
