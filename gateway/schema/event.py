from __future__ import annotations

from decimal import Decimal

import strawberry

from gateway.schema.fields import described
from gateway.schema.lazy import LazyMessage, LazyProduct
from gateway.schema.node import Node, TimelineEntry
from gateway.schema.scalars import JSON, DateTime


@strawberry.type(description="Something that a person did, at a time.")
class Event(Node, TimelineEntry):
    source: str = described("The system that saw it.")
    external_id: str = described("Its id there: the same source and id are one event, however often they are sent.")
    event_type: str = described("What happened, in your own words, like `product.viewed`.")
    occurred_at: DateTime = described("When it happened; the same as `at`.")
    received_at: DateTime = described("When it was told to this graph.")
    value: Decimal | None = described("What it was worth.")
    properties: JSON = described("What else was told about it.")
    products: list[LazyProduct] = described("The products it is about.")
    caused_by: LazyMessage | None = described("The message that led to it.")
    is_test: bool = described("Whether it was sent as a test and stays out of reports.")
