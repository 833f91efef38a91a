from __future__ import annotations

import strawberry

from gateway.schema.connection import Connection
from gateway.schema.fields import described, paged
from gateway.schema.lazy import LazyPurchase
from gateway.schema.node import Node


@strawberry.type(description="Something that can be bought.")
class Product(Node):
    source: str = described("The shop or system that the sku comes from.")
    sku: str = described("The product's number there.")
    name: str | None = described("What it is called.")
    product_category: str | None = described("What kind of product it is.")
    purchases: Connection[LazyPurchase] = paged("The purchases that contain it.")
