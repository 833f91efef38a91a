"""How a request names a thing; mutations use these too."""

from __future__ import annotations

import strawberry

from gateway.schema.enums import ProfileOrderField
from gateway.schema.scalars import DateTime
from graph.vocabulary import IdentifierType, SortDirection


@strawberry.input(description="An identifier by its value.")
class IdentifierInput:
    type: IdentifierType = strawberry.field(description="What the value is.")
    namespace: str = strawberry.field(
        default="", description="The issuing system of an EXTERNAL or CUSTOM value; empty for e-mail and phone."
    )
    value: str = strawberry.field(description="The value; it is brought into its normal form first.")


@strawberry.input(one_of=True, description="A person, by exactly one of these.")
class ProfileRef:
    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The id; one that was merged gives the person who remains."
    )
    identifier: IdentifierInput | None = strawberry.field(
        default=strawberry.UNSET, description="A value; one that points to several people is an error."
    )


@strawberry.input(one_of=True, description="A resource, by exactly one of these.")
class ResourceRef:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The id.")
    key: str | None = strawberry.field(default=strawberry.UNSET, description="The key.")


@strawberry.input(one_of=True, description="A template, by exactly one of these.")
class TemplateRef:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The id.")
    key: str | None = strawberry.field(default=strawberry.UNSET, description="The key.")


@strawberry.input(description="A product by its number.")
class ProductSkuInput:
    source: str = strawberry.field(default="default", description="The shop or system that the sku comes from.")
    sku: str = strawberry.field(description="The product's number there.")


@strawberry.input(one_of=True, description="A product, by exactly one of these.")
class ProductRef:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The id.")
    sku: ProductSkuInput | None = strawberry.field(default=strawberry.UNSET, description="The number.")


@strawberry.input(description="A purchase by its number.")
class PurchaseKeyInput:
    source: str = strawberry.field(default="default", description="The shop or system that it comes from.")
    external_id: str = strawberry.field(description="Its number there.")


@strawberry.input(one_of=True, description="A purchase, by exactly one of these.")
class PurchaseRef:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The id.")
    external: PurchaseKeyInput | None = strawberry.field(default=strawberry.UNSET, description="The number.")


@strawberry.input(description="A span of time, open where an end is left out.")
class DateTimeRange:
    from_: DateTime | None = strawberry.field(
        name="from", default=strawberry.UNSET, description="The first instant that counts."
    )
    before: DateTime | None = strawberry.field(
        default=strawberry.UNSET, description="The first instant that counts no more."
    )


@strawberry.input(description="In which order profiles come. Those without a value come last.")
class ProfileOrder:
    field: ProfileOrderField = strawberry.field(description="By what.")
    direction: SortDirection = strawberry.field(default=SortDirection.DESC, description="Which end comes first.")
