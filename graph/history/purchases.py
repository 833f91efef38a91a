from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph.connection import Graph, Transaction
from graph.erasing.forgotten import Forgotten, forgotten
from graph.errors import Raced, Refusal
from graph.history.batch import Rows, in_batches
from graph.history.product import ProductKey, merged_products
from graph.history.row import RowResult, created, refused, refused_by
from graph.history.sighting import Sightings
from graph.idempotency import Done, Guard
from graph.identifiers import IdentifierValue
from graph.ids import IdPrefix, new_id
from graph.people.change import ProfileChange
from graph.people.resolution import Resolution
from graph.people.resolve import resolve_rows
from graph.people.touch import touch
from graph.source_key import source_key
from graph.statements import history as statements
from graph.vocabulary import ChangeKind, PurchaseKind, PurchaseLineStatus, PurchaseStatus, RowOutcome, UserErrorCode


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    product: ProductKey
    name: str | None
    quantity: int
    unit_price_micros: int
    status: PurchaseLineStatus

    @property
    def total_micros(self) -> int:
        return self.quantity * self.unit_price_micros


@dataclass(frozen=True, slots=True)
class NewPurchase:
    """A checked row; amounts in millionths of one currency, times in epoch ms, `index` its place in the input."""

    index: int
    source: str
    external_id: str
    identifiers: tuple[IdentifierValue, ...]
    kind: PurchaseKind
    status: PurchaseStatus
    placed_at_ms: int
    changed_at_ms: int
    currency: str
    total_micros: int
    delivery_micros: int
    discount_micros: int
    lines: tuple[PurchaseLine, ...]
    is_test: bool = False

    @property
    def source_key(self) -> str:
        return source_key(self.source, self.external_id)

    @property
    def content_hash(self) -> str:
        """Equal for equal orders, whoever they belong to and whenever they were changed."""
        lines = [[each.product.source_key, each.quantity, each.unit_price_micros, each.status] for each in self.lines]
        amounts = [self.currency, self.total_micros, self.delivery_micros, self.discount_micros]
        content = [self.kind, self.status, self.placed_at_ms, amounts, lines]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    @property
    def adds_up(self) -> bool:
        """Whether total = lines + delivery - discount, to the millionth."""
        lines = sum(line.total_micros for line in self.lines)
        return self.total_micros == lines + self.delivery_micros - self.discount_micros


async def record_purchases(
    graph: Graph,
    purchases: Rows[NewPurchase],
    guard: Guard | None,
    now_ms: int,
    erased_key: bytes | None = None,
) -> Done:
    """Records each order under the person its identifiers mean, making an anonymous one where they mean nobody.

    Row by row: the same source and externalId again updates the order only when `changedAt` is newer. An older state,
    or the same one, is UNCHANGED; another one under the same `changedAt` is refused. An order stays with the person it
    was recorded for. An identifier that is blocked or over a cap is left out as by `track_events`. A new order that was
    placed before its buyer was erased is refused; `erased_key` keys the hashes of erased addresses, None asks for none.
    Raises what `in_batches` raises.
    """

    async def chunk(
        transaction: Transaction, part: Sequence[NewPurchase]
    ) -> tuple[list[RowResult], tuple[ProfileChange, ...]]:
        return await record_purchases_in(transaction, part, now_ms, erased_key)

    return await in_batches(graph, purchases, guard, now_ms, chunk)


async def record_purchases_in(
    transaction: Transaction, part: Sequence[NewPurchase], now_ms: int, erased_key: bytes | None = None
) -> tuple[list[RowResult], tuple[ProfileChange, ...]]:
    return await _Chunk(transaction, part, now_ms, erased_key).written()


@dataclass(frozen=True, slots=True)
class _Known:
    purchase_id: str
    changed_at_ms: int
    # None where the buyer was erased and the order is about to lose its number.
    profile_id: str | None
    # None where it was imported, which keeps none.
    content_hash: str | None


@dataclass(slots=True)
class _Chunk:
    transaction: Transaction
    purchases: Sequence[NewPurchase]
    now_ms: int
    erased_key: bytes | None = field(repr=False)
    gone: Forgotten = field(default_factory=lambda: Forgotten({}))
    known: dict[str, _Known] = field(default_factory=dict)
    sightings: Sightings = field(default_factory=Sightings)
    created: dict[str, dict[str, Any]] = field(default_factory=dict)
    written_rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def written(self) -> tuple[list[RowResult], tuple[ProfileChange, ...]]:
        owners = _buyers(await self._present())
        rows = [each.identifiers for each in self.purchases]
        resolution = await resolve_rows(self.transaction, rows, self.now_ms, owners)
        # What was read before the locks may be older than what the former holder of the locks wrote.
        self.known = await self._present()
        if not _buyers(self.known) <= owners:
            raise Raced("an order was recorded by somebody else in between")
        values = [value for each in self.purchases for value in each.identifiers]
        self.gone = await forgotten(self.transaction, self.erased_key, values)
        results = [self._decided(each, resolution) for each in self.purchases]
        await resolution.write(self.transaction)
        await self._merge_products()
        return results, await self._write()

    async def _present(self) -> dict[str, _Known]:
        keys = sorted({each.source_key for each in self.purchases})
        rows = await self.transaction.run(statements.KNOWN_PURCHASES, keys=keys)
        return {key: _Known(*known) for key, *known in rows}

    def _decided(self, purchase: NewPurchase, resolution: Resolution) -> RowResult:
        known = self.known.get(purchase.source_key)
        if known is None:
            return self._placed(purchase, resolution)
        if known.profile_id is None:
            message = "Whoever bought this was erased: the order stays as it is, without them."
            return refused(purchase.index, UserErrorCode.STATE_NOT_ALLOWED, message)
        if purchase.changed_at_ms == known.changed_at_ms and known.content_hash not in {None, purchase.content_hash}:
            message = "The order was recorded otherwise before: say when it was changed, later than that."
            return refused(purchase.index, UserErrorCode.REVISION_CHANGED, message, "changedAt")
        if purchase.changed_at_ms <= known.changed_at_ms:
            return RowResult(purchase.index, RowOutcome.UNCHANGED, known.purchase_id)
        self._keep(purchase, known.purchase_id, known.profile_id)
        return RowResult(purchase.index, RowOutcome.UPDATED, known.purchase_id)

    def _placed(self, purchase: NewPurchase, resolution: Resolution) -> RowResult:
        try:
            values, left_out = self.gone.left_of(purchase.identifiers, purchase.placed_at_ms, self.transaction.rules)
            found = resolution.meant(values)
            placed = resolution.place(found, values, purchase.source, is_test=purchase.is_test)
        except Refusal as refusal:
            return refused_by(purchase.index, refusal)
        purchase_id = new_id(IdPrefix.PURCHASE)
        self.created[purchase.source_key] = {
            "id": purchase_id,
            "key": purchase.source_key,
            "source": purchase.source,
            "externalId": purchase.external_id,
            "profileId": placed.profile_id,
            "isTest": purchase.is_test,
        }
        self._keep(purchase, purchase_id, placed.profile_id)
        return created(purchase.index, purchase_id, (*left_out, *placed.refused))

    def _keep(self, purchase: NewPurchase, purchase_id: str, profile_id: str) -> None:
        self.known[purchase.source_key] = _Known(purchase_id, purchase.changed_at_ms, profile_id, purchase.content_hash)
        self.sightings.add(profile_id, purchase.placed_at_ms)
        self.written_rows[purchase.source_key] = {
            "key": purchase.source_key,
            "contentHash": purchase.content_hash,
            "kind": purchase.kind,
            "status": purchase.status,
            "placedAt": purchase.placed_at_ms,
            "changedAt": purchase.changed_at_ms,
            "currency": purchase.currency,
            "totalMicros": purchase.total_micros,
            "deliveryMicros": purchase.delivery_micros,
            "discountMicros": purchase.discount_micros,
            "lines": _lines(purchase.lines),
        }

    async def _merge_products(self) -> None:
        lines = [line for each in self.purchases if each.source_key in self.written_rows for line in each.lines]
        names: dict[ProductKey, str | None] = {}
        for line in lines:
            names[line.product] = names.get(line.product) or line.name
        await merged_products(self.transaction, names, self.now_ms)

    async def _write(self) -> tuple[ProfileChange, ...]:
        if not self.written_rows:
            return ()
        if self.created:
            await self.transaction.run(statements.CREATE_PURCHASES, purchases=list(self.created.values()))
        rows = [row for _, row in sorted(self.written_rows.items())]
        await self.transaction.run(statements.WRITE_PURCHASES, purchases=rows)
        await self.sightings.write(self.transaction)
        return await touch(self.transaction, self.sightings.profile_ids, self.now_ms, ChangeKind.PURCHASE)


def _buyers(known: Mapping[str, _Known]) -> set[str]:
    return {each.profile_id for each in known.values() if each.profile_id is not None}


def _lines(lines: Sequence[PurchaseLine]) -> list[dict[str, Any]]:
    met: set[ProductKey] = set()
    rows = []
    for position, line in enumerate(lines, start=1):
        # Under the first line of a product the purchase is listed.
        rows.append({**_line(position, line), "isFirst": line.product not in met})
        met.add(line.product)
    return rows


def _line(position: int, line: PurchaseLine) -> dict[str, Any]:
    return {
        "position": position,
        "productKey": line.product.source_key,
        "quantity": line.quantity,
        "unitPriceMicros": line.unit_price_micros,
        "totalMicros": line.total_micros,
        "status": line.status,
    }
