from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph.bulk.origin import Origin
from graph.identifiers import IdentifierValue
from graph.ids import IdPrefix, new_id
from graph.vocabulary import PurchaseKind, PurchaseLineStatus, PurchaseStatus


@dataclass(frozen=True, slots=True)
class BulkLine:
    sku: str
    quantity: int
    unit_micros: int

    @property
    def total_micros(self) -> int:
        return self.quantity * self.unit_micros


@dataclass(frozen=True, slots=True)
class BulkPurchase:
    """A purchase as a file of history has it: without delivery or discount, so its total is the sum of its lines."""

    external_id: str
    buyer: IdentifierValue
    country: str | None
    kind: PurchaseKind
    status: PurchaseStatus
    line_status: PurchaseLineStatus
    placed_ms: int
    currency: str
    lines: tuple[BulkLine, ...]

    @property
    def total_micros(self) -> int:
        return sum(line.total_micros for line in self.lines)

    def _marked(self) -> Iterator[tuple[BulkLine, bool]]:
        """Each line, and whether it is the first of its product: under that one the purchase is listed."""
        met: set[str] = set()
        for line in self.lines:
            yield line, line.sku not in met
            met.add(line.sku)

    def row(self, origin: Origin, profile_id: str) -> dict[str, object]:
        return {
            "key": origin.key(self.external_id),
            "id": new_id(IdPrefix.PURCHASE),
            "externalId": self.external_id,
            "profileId": profile_id,
            "kind": self.kind.value,
            "status": self.status.value,
            "lineStatus": self.line_status.value,
            "placedMs": self.placed_ms,
            "currency": self.currency,
            "totalMicros": self.total_micros,
            "lines": [
                [origin.key(line.sku), position, line.quantity, line.unit_micros, line.total_micros, is_first]
                for position, (line, is_first) in enumerate(self._marked(), start=1)
            ],
        }
