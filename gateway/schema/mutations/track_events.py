from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.inputs.attribute import attribute_changes
from gateway.schema.inputs.event import (
    LONGEST_URL,
    LONGEST_USER_AGENT,
    EventContextInput,
    EventInput,
    TrackEventsInput,
)
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.profile import profile_fields
from gateway.schema.mutations.batch import BatchPayload, written_rows
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.references import ProductRef
from graph.history.events import NewEvent, track_events
from graph.history.product import ProductKey, ProductReference
from graph.history.row import RowResult as Row
from graph.idempotency import Done
from graph.money import micros_from_decimal
from graph.people.facts import Facts
from graph.people.tracked import Device
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

    async def write(events: AsyncIterator[NewEvent | Row]) -> Done:
        kept = guard(context, "trackEvents", given)
        return await track_events(context.graph, events, kept, now_ms, context.keys.addresses)

    return await written_rows(given.events, lambda n, row: _event(n, row, now_ms), write, "events")


def _event(index: int, given: EventInput, now_ms: int) -> NewEvent:
    """Raises Refusal with everything that is wrong with the row."""
    problems = Problems(index)
    problems.not_ahead(given.occurred_at, now_ms, "occurredAt")
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
        properties={**_told(given.context, problems), **problems.properties(given.properties, "properties")},
        products=tuple(_product(n, each, problems) for n, each in enumerate(given.products or ())),
        message_id=given.message,
        is_test=given.is_test,
        facts=Facts(profile_fields(given.set, problems), attribute_changes(given.attributes, problems)),
        device=_device(given.context, problems),
    )
    problems.refuse()
    return event


def _told(given: EventContextInput | None, problems: Problems) -> dict[str, str]:
    """What of the context belongs to the event and not to the person."""
    if given is None:
        return {}
    checked = {
        "url": given.url and problems.text(given.url, "context", "url", longest=LONGEST_URL),
        "referrer": given.referrer and problems.text(given.referrer, "context", "referrer", longest=LONGEST_URL),
        "locale": given.locale and problems.locale(given.locale, "context", "locale"),
    }
    return {name: value for name, value in checked.items() if value}


def _device(given: EventContextInput | None, problems: Problems) -> Device:
    if given is None:
        return Device()
    agent = given.user_agent and problems.words(given.user_agent, "context", "userAgent", longest=LONGEST_USER_AGENT)
    return Device(
        ip=given.ip and problems.ip(given.ip, "context", "ip"),
        timezone=given.timezone and problems.timezone(given.timezone, "context", "timezone"),
        user_agent=agent,
    )


def _product(position: int, given: ProductRef, problems: Problems) -> ProductReference:
    if not given.sku:
        return ProductReference(id=str(given.id))
    path = ("products", str(position), "sku")
    source = problems.pattern(given.sku.source, SOURCE_PATTERN, SOURCE_MEANING, *path, "source")
    return ProductReference(key=ProductKey(source, problems.text(given.sku.sku, *path, "sku")))
