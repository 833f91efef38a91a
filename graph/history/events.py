from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from graph.connection import Graph, Transaction
from graph.erasing.forgotten import Forgotten, forgotten
from graph.errors import Refusal
from graph.history.batch import Rows, in_batches
from graph.history.product import ProductKey, ProductReference, known_products, merged_products
from graph.history.row import RowResult, created, refused, refused_by
from graph.history.sighting import Sightings
from graph.idempotency import Done, Guard
from graph.identifiers import IdentifierValue
from graph.ids import IdPrefix, new_id
from graph.people.change import ProfileChange
from graph.people.facts import NO_FACTS, Facts
from graph.people.knowledge import Knowledge, knowledge
from graph.people.resolution import Resolution
from graph.people.resolve import resolve_rows
from graph.people.touch import touch
from graph.people.tracked import NO_DEVICE, TRACKED, Device, refreshed
from graph.source_key import source_key
from graph.statements import history as statements
from graph.vocabulary import ChangeKind, RowOutcome, UserErrorCode


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A checked row; `index` is its place in what the client sent. Times are epoch ms, the value is in millionths.

    `facts` are about the person, as is what the `device` told.
    """

    index: int
    source: str
    external_id: str
    identifiers: tuple[IdentifierValue, ...]
    type: str
    occurred_at_ms: int
    value_micros: int | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    products: tuple[ProductReference, ...] = ()
    message_id: str | None = None
    is_test: bool = False
    facts: Facts = NO_FACTS
    device: Device = NO_DEVICE

    @property
    def source_key(self) -> str:
        return source_key(self.source, self.external_id)

    @property
    def content_hash(self) -> str:
        products = [each.id or (each.key.source_key if each.key else None) for each in self.products]
        content = [
            self.type,
            self.occurred_at_ms,
            self.value_micros,
            self.properties,
            products,
            self.message_id,
            sorted({each.key for each in self.identifiers}),
        ]
        # Only where there is any, so that events of before have the same hash still.
        if self.facts or self.device:
            content += [asdict(self.facts), asdict(self.device)]
        return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


async def track_events(
    graph: Graph, events: Rows[NewEvent], guard: Guard | None, now_ms: int, erased_key: bytes | None = None
) -> Done:
    """Adds each event to the person its identifiers mean, making an anonymous one where they mean nobody.

    The facts that come with an event change the person, and what a device told refreshes what is tracked. Row by row:
    a repeated event is DUPLICATE and does nothing again, one with other content under the same key is refused. An
    identifier that is blocked or over a cap is left out, and named in the user errors of the row, which is CREATED all
    the same; where nothing but blocked ones is left the row is nobody's and refused. So is what happened before its
    person was erased; `erased_key` keys the hashes of erased addresses, None asks for none. Raises what `in_batches`
    raises.
    """

    async def chunk(
        transaction: Transaction, part: Sequence[NewEvent]
    ) -> tuple[list[RowResult], tuple[ProfileChange, ...]]:
        return await track_events_in(transaction, part, now_ms, erased_key)

    return await in_batches(graph, events, guard, now_ms, chunk)


async def track_events_in(
    transaction: Transaction, part: Sequence[NewEvent], now_ms: int, erased_key: bytes | None = None
) -> tuple[list[RowResult], tuple[ProfileChange, ...]]:
    return await _Chunk(transaction, part, now_ms, erased_key).written()


@dataclass(slots=True)
class _Chunk:
    transaction: Transaction
    events: Sequence[NewEvent]
    now_ms: int
    erased_key: bytes | None = field(repr=False)
    gone: Forgotten = field(default_factory=lambda: Forgotten({}))
    known: dict[str, tuple[str, str]] = field(default_factory=dict)
    sightings: Sightings = field(default_factory=Sightings)
    added: list[tuple[NewEvent, str, str]] = field(default_factory=list)

    async def written(self) -> tuple[list[RowResult], tuple[ProfileChange, ...]]:
        rows = [event.identifiers for event in self.events]
        resolution = await resolve_rows(self.transaction, rows, self.now_ms)
        keys = sorted({event.source_key for event in self.events})
        for key, event_id, content in await self.transaction.run(statements.KNOWN_EVENTS, keys=keys):
            self.known[key] = (event_id, content)
        present = await self._present()
        known = await self._knowledge(resolution)
        self.gone = await forgotten(self.transaction, self.erased_key, (value for row in rows for value in row))
        results = [self._decided(event, resolution, present, known) for event in self.events]
        changed = known.changed
        await resolution.write(self.transaction, known)
        return results, await self._write(known, changed)

    async def _knowledge(self, resolution: Resolution) -> Knowledge:
        facts = [event.facts for event in self.events if event.facts]
        names = TRACKED if any(event.device for event in self.events) else ()
        return await knowledge(self.transaction, resolution.profile_ids, facts, self.now_ms, names)

    async def _present(self) -> frozenset[str]:
        """The products and messages that exist, of those that the rows name by id."""
        product_ids = {ref.id for event in self.events for ref in event.products if ref.id is not None}
        message_ids = sorted({event.message_id for event in self.events if event.message_id is not None})
        products = await known_products(self.transaction, product_ids)
        if not message_ids:
            return products
        return products | frozenset(await self.transaction.run(statements.MESSAGES_BY_ID, ids=message_ids))

    def _decided(self, event: NewEvent, resolution: Resolution, present: frozenset[str], known: Knowledge) -> RowResult:
        earlier = self.known.get(event.source_key)
        if earlier is not None:
            return _repeated(event, *earlier)
        missing = _missing(event, present)
        if missing is not None:
            return missing
        try:
            # A refused row makes nobody, so its facts are looked at before.
            values, left_out = self.gone.left_of(event.identifiers, event.occurred_at_ms, self.transaction.rules)
            found = resolution.meant(values)
            news = known.news(found, event.facts)
            news |= refreshed(event.device, event.occurred_at_ms, known.of(found).values)
            placed = resolution.place(found, values, event.source, is_test=event.is_test)
        except Refusal as refusal:
            return refused_by(event.index, refusal)
        event_id = new_id(IdPrefix.EVENT)
        self.known[event.source_key] = (event_id, event.content_hash)
        known.learn(placed.profile_id, news)
        self.sightings.add(placed.profile_id, event.occurred_at_ms)
        self.added.append((event, event_id, placed.profile_id))
        return created(event.index, event_id, (*left_out, *placed.refused))

    async def _write(self, known: Knowledge, changed: frozenset[str]) -> tuple[ProfileChange, ...]:
        if not self.added:
            return ()
        wanted = {ref.key: None for event, _, _ in self.added for ref in event.products if ref.key is not None}
        products = await merged_products(self.transaction, wanted, self.now_ms)
        rows = [event_row(event, event_id, profile_id, products) for event, event_id, profile_id in self.added]
        await self.transaction.run(statements.CREATE_EVENTS, events=rows, now=self.now_ms)
        await self.sightings.write(self.transaction)
        await known.write(self.transaction)
        others = sorted(set(self.sightings.profile_ids) - changed)
        return (
            *await touch(self.transaction, sorted(changed), self.now_ms, ChangeKind.EVENT, ChangeKind.PROFILE),
            *await touch(self.transaction, others, self.now_ms, ChangeKind.EVENT),
        )


def event_row(event: NewEvent, event_id: str, profile_id: str, products: Mapping[ProductKey, str]) -> dict[str, Any]:
    """As the statement that creates events takes it."""
    product_ids = {products[ref.key] if ref.key is not None else ref.id for ref in event.products}
    return {
        "id": event_id,
        "key": event.source_key,
        "source": event.source,
        "externalId": event.external_id,
        "contentHash": event.content_hash,
        "profileId": profile_id,
        "type": event.type,
        "occurredAt": event.occurred_at_ms,
        "valueMicros": event.value_micros,
        "properties": json.dumps(event.properties),
        "productIds": sorted(each for each in product_ids if each is not None),
        "messageId": event.message_id,
        "isTest": event.is_test,
    }


def _repeated(event: NewEvent, event_id: str, content_hash: str) -> RowResult:
    if content_hash == event.content_hash:
        return RowResult(event.index, RowOutcome.DUPLICATE, event_id)
    message = "Another event with this source and externalId was recorded before."
    return refused(event.index, UserErrorCode.TAKEN, message, "externalId")


def _missing(event: NewEvent, present: frozenset[str]) -> RowResult | None:
    for position, ref in enumerate(event.products):
        if ref.id is not None and ref.id not in present:
            return refused(event.index, UserErrorCode.NOT_FOUND, "No such product.", "products", str(position))
    if event.message_id is not None and event.message_id not in present:
        return refused(event.index, UserErrorCode.NOT_FOUND, "No such message.", "message")
    return None
