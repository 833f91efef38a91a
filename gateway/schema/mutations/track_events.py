from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from gateway.schema.context import Context
from gateway.schema.inputs.event import EventInput, TrackEventsInput
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.mutations.batch import FUTURE_MS, BatchPayload, written_rows
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.references import ProductRef
from graph.history.events import NewEvent, track_events
from graph.history.product import ProductKey, ProductReference
from graph.history.row import RowResult as Row
from graph.idempotency import Done
from graph.money import micros_from_decimal
from graph.source_key import SOURCE_MEANING, SOURCE_PATTERN
from graph.vocabulary import UserErrorCode

_TYPE = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,99}")
_MOST_PRODUCTS = 100


@strawberry.type(description="What became of the events.")
class TrackEventsPayload(BatchPayload):
    pass


async def resolve(info: strawberry.Info[Context], input: Annotated[TrackEventsInput, INPUT]) -> TrackEventsPayload:
    return TrackEventsPayload.of(await settle(info.context, _track(info.context, input)))


async def _track(context: Context, given: TrackEventsInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key, needed=True)
    problems.refuse()
    now_ms = context.clock.now()

    async def write(events: Sequence[NewEvent], wrong: Sequence[Row]) -> Done:
        return await track_events(context.graph, events, guard(context, "trackEvents", given), now_ms, wrong)

    return await written_rows(given.events, lambda n, row: _event(n, row, now_ms), write, "events")


def _event(index: int, given: EventInput, now_ms: int) -> NewEvent:
    """Raises Refusal with everything that is wrong with the row."""
    problems = Problems(index)
    if given.occurred_at > now_ms + FUTURE_MS:
        problems.add(UserErrorCode.INVALID, "Is more than 24 hours in the future.", "occurredAt")
    if given.products and len(given.products) > _MOST_PRODUCTS:
        problems.add(UserErrorCode.LIMIT_EXCEEDED, f"At most {_MOST_PRODUCTS} products.", "products")
    event = NewEvent(
        index=index,
        source=problems.pattern(given.source, SOURCE_PATTERN, SOURCE_MEANING, "source"),
        external_id=problems.text(given.external_id, "externalId"),
        identifiers=problems.identifiers(given.identifiers, "identifiers"),
        type=problems.pattern(given.type, _TYPE, "small letters, digits and '._:-', like page.viewed", "type"),
        occurred_at_ms=given.occurred_at,
        value_micros=None if given.value is None else micros_from_decimal(given.value),
        properties=_properties(given.properties, problems),
        products=tuple(_product(n, each, problems) for n, each in enumerate(given.products or ())),
        message_id=given.message,
        is_test=given.is_test,
    )
    problems.refuse()
    return event


def _properties(given: object, problems: Problems) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        problems.add(UserErrorCode.INVALID, "Must be an object.", "properties")
        return {}
    return given


def _product(position: int, given: ProductRef, problems: Problems) -> ProductReference:
    if not given.sku:
        return ProductReference(id=str(given.id))
    path = ("products", str(position), "sku")
    source = problems.pattern(given.sku.source, SOURCE_PATTERN, SOURCE_MEANING, *path, "source")
    return ProductReference(key=ProductKey(source, problems.text(given.sku.sku, *path, "sku")))
