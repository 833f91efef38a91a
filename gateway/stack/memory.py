from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_FORM = re.compile(r"[1-9][0-9]*[kmg]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Memory:
    """What Neo4j may use, in Java's way of writing it: `512m`, `2g`. 128m and 64m suffice for the sample shop."""

    heap: str = "512m"
    page_cache: str = "256m"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Memory:
        """Raises ValueError that names the variable which is wrong."""
        return cls(
            heap=_size(environment, "CUSTOMER_GRAPH_HEAP", cls().heap),
            page_cache=_size(environment, "CUSTOMER_GRAPH_PAGE_CACHE", cls().page_cache),
        )


def _size(environment: Mapping[str, str], name: str, default: str) -> str:
    value = environment.get(name, "") or default
    if not _FORM.fullmatch(value):
        raise ValueError(f"{name} must be a size like 512m or 2g, not {value!r}")
    return value
