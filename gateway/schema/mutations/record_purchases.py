from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.purchase import PurchaseInput, PurchaseLineInput, RecordPurchasesInput
from gateway.schema.mutations.batch import BatchPayload, written_rows
from gateway.schema.mutations.settle import guard, settle
from graph.history.product import ProductKey
from graph.history.purchases import NewPurchase, PurchaseLine, record_purchases
from graph.history.row import RowResult as Row
from graph.idempotency import Done
from graph.iso import CURRENCIES
from graph.money import micros_from_decimal
from graph.source_key import SOURCE_MEANING, SOURCE_PATTERN
from graph.vocabulary import UserErrorCode

_MOST_LINES = 1_000
# The graph's integers have 64 bits; an order of more is a mistake.
_LARGEST_MICROS = 2**62


@strawberry.type(description="What became of the orders.")
class RecordPurchasesPayload(BatchPayload):
    pass


async def resolve(
    info: strawberry.Info[Context], input: Annotated[RecordPurchasesInput, INPUT]
) -> RecordPurchasesPayload:
    return RecordPurchasesPayload.of(await settle(info.context, _record(info.context, input)))


async def _record(context: Context, given: RecordPurchasesInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key, needed=True)
    problems.refuse()
    now_ms = context.clock.now()

    async def write(purchases: AsyncIterator[NewPurchase | Row]) -> Done:
        kept = guard(context, "recordPurchases", given)
        return await record_purchases(context.graph, purchases, kept, now_ms, context.keys.addresses)

    return await written_rows(given.purchases, lambda n, row: _purchase(n, row, now_ms), write, "purchases")


def _purchase(index: int, given: PurchaseInput, now_ms: int) -> NewPurchase:
    """Raises Refusal with everything that is wrong with the row."""
    problems = Problems(index)
    problems.not_ahead(given.placed_at, now_ms, "placedAt")
    if given.changed_at is not None:
        problems.not_ahead(given.changed_at, now_ms, "changedAt")
    if not given.lines:
        problems.add(UserErrorCode.REQUIRED, "An order has at least one line.", "lines")
    if len(given.lines) > _MOST_LINES:
        problems.add(UserErrorCode.LIMIT_EXCEEDED, f"At most {_MOST_LINES:,} lines.", "lines")
    if given.currency not in CURRENCIES:
        problems.add(UserErrorCode.CURRENCY_UNKNOWN, "Must be an ISO 4217 code like GBP.", "currency")
    purchase = NewPurchase(
        index=index,
        source=problems.pattern(given.source, SOURCE_PATTERN, SOURCE_MEANING, "source"),
        external_id=problems.text(given.external_id, "externalId"),
        identifiers=problems.identifiers(given.identifiers, "identifiers"),
        kind=given.kind,
        status=given.status,
        placed_at_ms=given.placed_at,
        changed_at_ms=given.placed_at if given.changed_at is None else given.changed_at,
        currency=given.currency,
        total_micros=micros_from_decimal(given.total),
        delivery_micros=micros_from_decimal(given.delivery or Decimal(0)),
        discount_micros=micros_from_decimal(given.discount or Decimal(0)),
        lines=tuple(_line(n, each, problems) for n, each in enumerate(given.lines)),
        is_test=given.is_test,
    )
    if not purchase.adds_up:
        problems.add(UserErrorCode.TOTAL_MISMATCH, "Is not lines plus delivery less discount.", "total")
    problems.refuse()
    return purchase


def _line(position: int, given: PurchaseLineInput, problems: Problems) -> PurchaseLine:
    path = ("lines", str(position))
    source = problems.pattern(given.sku.source, SOURCE_PATTERN, SOURCE_MEANING, *path, "sku", "source")
    product = ProductKey(source, problems.text(given.sku.sku, *path, "sku", "sku"))
    name = None if given.name is None else problems.text(given.name, *path, "name")
    line = PurchaseLine(product, name, given.quantity, micros_from_decimal(given.unit_price), given.status)
    if abs(line.total_micros) > _LARGEST_MICROS:
        problems.add(UserErrorCode.INVALID, "Quantity times price is too large.", *path)
    return line
