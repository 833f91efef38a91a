"""The entities point at each other in circles; each is named here once, to be looked up when the schema is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

if TYPE_CHECKING:
    from gateway.schema.consent_record import ConsentRecord
    from gateway.schema.event import Event
    from gateway.schema.identifier import Identifier
    from gateway.schema.merge import Merge
    from gateway.schema.message import Message, Outreach
    from gateway.schema.product import Product
    from gateway.schema.profile import Profile
    from gateway.schema.purchase import Purchase
    from gateway.schema.relation import Relation
    from gateway.schema.resource import Category, Resource
    from gateway.schema.subscription import ChannelSubscription
    from gateway.schema.suppression import Suppression

LazyCategory: TypeAlias = Annotated["Category", strawberry.lazy("gateway.schema.resource")]
LazyConsentRecord: TypeAlias = Annotated["ConsentRecord", strawberry.lazy("gateway.schema.consent_record")]
LazyEvent: TypeAlias = Annotated["Event", strawberry.lazy("gateway.schema.event")]
LazyIdentifier: TypeAlias = Annotated["Identifier", strawberry.lazy("gateway.schema.identifier")]
LazyMerge: TypeAlias = Annotated["Merge", strawberry.lazy("gateway.schema.merge")]
LazyMessage: TypeAlias = Annotated["Message", strawberry.lazy("gateway.schema.message")]
LazyOutreach: TypeAlias = Annotated["Outreach", strawberry.lazy("gateway.schema.message")]
LazyProduct: TypeAlias = Annotated["Product", strawberry.lazy("gateway.schema.product")]
LazyProfile: TypeAlias = Annotated["Profile", strawberry.lazy("gateway.schema.profile")]
LazyPurchase: TypeAlias = Annotated["Purchase", strawberry.lazy("gateway.schema.purchase")]
LazyRelation: TypeAlias = Annotated["Relation", strawberry.lazy("gateway.schema.relation")]
LazyResource: TypeAlias = Annotated["Resource", strawberry.lazy("gateway.schema.resource")]
LazySubscription: TypeAlias = Annotated["ChannelSubscription", strawberry.lazy("gateway.schema.subscription")]
LazySuppression: TypeAlias = Annotated["Suppression", strawberry.lazy("gateway.schema.suppression")]
