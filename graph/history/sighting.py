from __future__ import annotations

from dataclasses import dataclass, field

from graph.connection import Transaction
from graph.statements import people as statements


@dataclass(slots=True)
class Sightings:
    """When each person was first and last seen in a batch, in epoch milliseconds."""

    _spans: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, profile_id: str, at_ms: int) -> None:
        first, last = self._spans.get(profile_id, (at_ms, at_ms))
        self._spans[profile_id] = (min(first, at_ms), max(last, at_ms))

    @property
    def profile_ids(self) -> list[str]:
        return sorted(self._spans)

    async def write(self, transaction: Transaction) -> None:
        rows = [{"id": id_, "first": first, "last": last} for id_, (first, last) in sorted(self._spans.items())]
        await transaction.run(statements.SEEN, seen=rows)
