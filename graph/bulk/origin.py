from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch comes from and when it is written. `source` is also the namespace of products and purchases."""

    source: str
    now_ms: int
    is_test: bool = False

    def key(self, external_id: str) -> str:
        return f"{self.source}:{external_id}"
