from __future__ import annotations

from dataclasses import dataclass, field

from graph.source_key import source_key


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch comes from and when it is written. `source` is also the namespace of products and purchases.

    `erased_key` keys the hashes of erased addresses, None where nobody asks for them.
    """

    source: str
    now_ms: int
    is_test: bool = False
    erased_key: bytes | None = field(default=None, repr=False)

    def key(self, external_id: str) -> str:
        return source_key(self.source, external_id)
