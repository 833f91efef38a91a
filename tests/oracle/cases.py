from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ALL_SCOPES = frozenset({"profile:read", "profile:write", "profile:pii", "message:send"})


@dataclass(frozen=True, slots=True)
class Case:
    """A document with the values it is asked with, one after the other, and by whom."""

    document: str
    variables: tuple[Mapping[str, Any], ...] = field(default_factory=lambda: ({},))
    scopes: frozenset[str] = ALL_SCOPES
    operation: str | None = None
