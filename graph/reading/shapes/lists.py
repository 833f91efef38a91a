"""The lists that begin at the graph itself."""

from __future__ import annotations

from graph.reading.fields import Connection
from graph.reading.indexed import Indexed
from graph.reading.order import Order, SortKey, SortKind

ROOT_LISTS: dict[str, Connection] = {
    "profiles": Connection(
        "Profile",
        Indexed(
            "Profile",
            {
                "CREATED_AT": Order("Profile.createdAt", SortKey("{v}.createdAt", SortKind.TIME), descending=True),
                "LAST_SEEN_AT": Order(
                    "Profile.lastSeenAt", SortKey("{v}.lastSeenAt", SortKind.TIME, nullable=True), descending=True
                ),
                "LAST_NAME": Order(
                    "Profile.lastName", SortKey("{v}.lastName", SortKind.TEXT, nullable=True), descending=True
                ),
            },
            default="CREATED_AT",
            only=("{v}.mergedInto IS NULL",),
        ),
    ),
    "resources": Connection("Resource", Indexed("Resource", {"ID": Order("Resource.id")}, default="ID")),
    "products": Connection(
        "Product",
        Indexed(
            "Product",
            {"NAME": Order("Product.name", SortKey("{v}.name", SortKind.TEXT, nullable=True))},
            default="NAME",
        ),
    ),
    "messages": Connection(
        "Message",
        Indexed(
            "Message",
            {"CREATED_AT": Order("Message.createdAt", SortKey("{v}.createdAt", SortKind.TIME), descending=True)},
            default="CREATED_AT",
        ),
    ),
}
