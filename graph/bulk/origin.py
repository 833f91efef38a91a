from __future__ import annotations

from dataclasses import dataclass

from graph.source_key import source_key


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch comes from and when it is written. `source` is also the namespace of products and purchases."""

    source: str
    now_ms: int
    is_test: bool = False

    def key(self, external_id: str) -> str:
        return source_key(self.source, external_id)
