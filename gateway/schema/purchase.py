from __future__ import annotations

import strawberry

from gateway.schema.connection import Connection
from gateway.schema.fields import described, paged
from gateway.schema.lazy import LazyProduct
from gateway.schema.money import Money
from gateway.schema.node import Node, TimelineEntry
from gateway.schema.scalars import DateTime
from graph.vocabulary import PurchaseKind, PurchaseLineStatus, PurchaseStatus


@strawberry.type(description="One product in a purchase.")
class PurchaseLine:
    position: int = described("Its place on the invoice.")
    product: LazyProduct = described("What was bought.")
    quantity: int = described("How many; negative where goods came back.")
    unit_price: Money = described("The price of one.")
    total: Money = described("Quantity times price.")
    line_status: PurchaseLineStatus = described("Where this line is.")


@strawberry.type(description="An order with its lines.")
class Purchase(Node, TimelineEntry):
    source: str = described("The shop or system that it comes from.")
    external_id: str = described("Its number there: the same source and number are one purchase.")
    purchase_kind: PurchaseKind = described("A sale, or a return of goods.")
    purchase_status: PurchaseStatus = described("Where it is.")
    placed_at: DateTime = described("When it was placed; the same as `at`.")
    changed_at: DateTime = described("When the shop last changed it.")
    total: Money = described("Lines plus delivery less discount.")
    delivery: Money = described("What the delivery cost.")
    discount: Money = described("What was taken off.")
    lines: Connection[PurchaseLine] = paged("What was bought.")
    is_test: bool = described("Whether it was recorded as a test and stays out of reports.")
