from __future__ import annotations

from decimal import Decimal

import strawberry

from gateway.schema.inputs.fields import ROWS, mute_field, required, test_field
from gateway.schema.inputs.late_row import read_late
from gateway.schema.references import IdentifierInput, ProductSkuInput
from gateway.schema.scalars import DateTime
from graph.vocabulary import PurchaseKind, PurchaseLineStatus, PurchaseStatus


@strawberry.input(description="One line of an order.")
class PurchaseLineInput:
    sku: ProductSkuInput = required("The product.")
    name: str | None = strawberry.field(default=None, description="Its name, kept where the product has none yet.")
    quantity: int = required("How many; negative on a return.")
    unit_price: Decimal = required("The price of one.")
    status: PurchaseLineStatus = strawberry.field(default=PurchaseLineStatus.NEW, description="Where it is.")


@read_late
@strawberry.input(description="An order, as it is now.")
class PurchaseInput:
    source: str = strawberry.field(default="default", description="The shop that it comes from.")
    external_id: str = required("Its number there: the same number again is the same order.")
    identifiers: list[IdentifierInput] = required(
        "Whose it is; an unknown person is made, anonymous if need be. An order that was recorded before stays "
        "whose it is."
    )
    kind: PurchaseKind = strawberry.field(default=PurchaseKind.SALE, description="Which way the goods went.")
    status: PurchaseStatus = strawberry.field(default=PurchaseStatus.NEW, description="Where it is.")
    placed_at: DateTime = required("When it was placed.")
    changed_at: DateTime | None = strawberry.field(
        default=None,
        description="When it was changed last; left out it is `placedAt`. "
        "Only a newer state replaces the one that is recorded.",
    )
    currency: str = required("ISO 4217, one for the whole order.")
    total: Decimal = required("Lines plus delivery less discount, to the last digit.")
    delivery: Decimal | None = strawberry.field(default=None, description="What delivery cost.")
    discount: Decimal | None = strawberry.field(default=None, description="What was taken off.")
    lines: list[PurchaseLineInput] = required("What was bought, at most 1,000.")
    is_test: bool = test_field()


@strawberry.input(description="A batch of orders.")
class RecordPurchasesInput:
    purchases: list[PurchaseInput] = required(ROWS)
    mute_triggers: bool = mute_field()
    idempotency_key: str = required(
        "Makes it safe to send the same again: for 48 hours the first answer is given, and nothing is done twice."
    )
