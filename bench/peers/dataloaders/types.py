from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import strawberry
from strawberry.types import Info

from bench.peers.dataloaders.database import Database
from bench.peers.dataloaders.loaders import Loaders

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    database: Database
    loaders: Loaders


RequestInfo = Info[Context, None]


def _instant(value: Any) -> datetime:
    native: datetime = value.to_native()
    return native


def _text(number: int | None) -> str | None:
    """Millionths do not fit GraphQL's Int."""
    return None if number is None else str(number)


@strawberry.type
class Identifier:
    type: str
    value: str

    @classmethod
    def of(cls, node: Node) -> Identifier:
        return cls(type=node["type"], value=node["value"])


@strawberry.type
class Resource:
    key: str
    title: str

    @classmethod
    def of(cls, node: Node) -> Resource:
        return cls(key=node["key"], title=node["title"])


@strawberry.type
class ChannelSubscription:
    id: strawberry.ID
    channel: str
    status: str
    priority: int
    created_at: datetime

    @strawberry.field
    async def address(self, info: RequestInfo) -> Identifier:
        return Identifier.of(await info.context.loaders.address.load(self.id))

    @strawberry.field
    async def resource(self, info: RequestInfo) -> Resource:
        return Resource.of(await info.context.loaders.resource.load(self.id))

    @classmethod
    def of(cls, node: Node) -> ChannelSubscription:
        return cls(
            id=node["id"],
            channel=node["channel"],
            status=node["status"],
            priority=node["priority"],
            created_at=_instant(node["createdAt"]),
        )


@strawberry.type
class Event:
    id: strawberry.ID
    type: str
    occurred_at: datetime
    source: str
    value_micros: str | None

    @classmethod
    def of(cls, node: Node) -> Event:
        return cls(
            id=node["id"],
            type=node["type"],
            occurred_at=_instant(node["occurredAt"]),
            source=node["source"],
            value_micros=_text(node.get("valueMicros")),
        )


@strawberry.type
class Message:
    id: strawberry.ID
    state: str
    channel: str
    subject: str | None
    created_at: datetime

    @classmethod
    def of(cls, node: Node) -> Message:
        return cls(
            id=node["id"],
            state=node["state"],
            channel=node["channel"],
            subject=node.get("subject"),
            created_at=_instant(node["createdAt"]),
        )


@strawberry.type
class Product:
    id: strawberry.ID
    sku: str
    name: str | None

    @strawberry.field
    async def purchases(self, info: RequestInfo, first: int = 20) -> list[Purchase]:
        return [Purchase.of(node) for node in await info.context.loaders.product_purchases.load((self.id, first))]

    @classmethod
    def of(cls, node: Node) -> Product:
        return cls(id=node["id"], sku=node["sku"], name=node.get("name"))


@strawberry.type
class Line:
    position: int
    quantity: int
    unit_price_micros: str
    product: Product

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Line:
        return cls(
            position=line["position"],
            quantity=line["quantity"],
            unit_price_micros=str(line["unitPriceMicros"]),
            product=Product.of(line["product"]),
        )


@strawberry.type
class Purchase:
    id: strawberry.ID
    external_id: str
    placed_at: datetime
    status: str
    currency: str
    total_micros: str

    @strawberry.field
    async def lines(self, info: RequestInfo, first: int = 20) -> list[Line]:
        return [Line.of(line) for line in await info.context.loaders.lines.load((self.id, first))]

    @strawberry.field
    async def profile(self, info: RequestInfo) -> Profile:
        return Profile.of(await info.context.loaders.buyer.load(self.id))

    @classmethod
    def of(cls, node: Node) -> Purchase:
        return cls(
            id=node["id"],
            external_id=node["externalId"],
            placed_at=_instant(node["placedAt"]),
            status=node["status"],
            currency=node["currency"],
            total_micros=str(node["totalMicros"]),
        )


@strawberry.type
class Profile:
    id: strawberry.ID
    status: str
    revision: int
    first_name: str | None
    last_name: str | None
    country: str | None
    locale: str | None
    timezone: str | None
    created_at: datetime

    @strawberry.field
    async def subscriptions(self, info: RequestInfo, first: int = 20) -> list[ChannelSubscription]:
        return [
            ChannelSubscription.of(node) for node in await info.context.loaders.subscriptions.load((self.id, first))
        ]

    @strawberry.field
    async def events(self, info: RequestInfo, first: int = 20) -> list[Event]:
        return [Event.of(node) for node in await info.context.loaders.events.load((self.id, first))]

    @strawberry.field
    async def purchases(self, info: RequestInfo, first: int = 20) -> list[Purchase]:
        return [Purchase.of(node) for node in await info.context.loaders.purchases.load((self.id, first))]

    @strawberry.field
    async def messages(self, info: RequestInfo, first: int = 20) -> list[Message]:
        return [Message.of(node) for node in await info.context.loaders.messages.load((self.id, first))]

    @classmethod
    def of(cls, node: Node) -> Profile:
        return cls(
            id=node["id"],
            status=node["status"],
            revision=node["revision"],
            first_name=node.get("firstName"),
            last_name=node.get("lastName"),
            country=node.get("country"),
            locale=node.get("locale"),
            timezone=node.get("timezone"),
            created_at=_instant(node["createdAt"]),
        )
