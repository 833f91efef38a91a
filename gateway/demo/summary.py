from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.imports.summary import ImportSummary


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What `load_demo` came to; people, subscriptions and events are those made now."""

    shop: ImportSummary
    people: int
    subscriptions: int
    events: int
    seconds: float

    def text(self) -> Iterator[str]:
        yield from self.shop.text()
        yield f"made up    {self.people:,} contacts, {self.subscriptions:,} subscriptions, {self.events:,} events, now"
        yield f"all of it  {self.seconds:.1f} s"
