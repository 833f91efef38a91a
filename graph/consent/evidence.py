from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """How the person said yes or no; `at_ms` is when."""

    at_ms: int
    ip: str | None = None
    url: str | None = None
    source: str | None = None
    wording: str | None = None
