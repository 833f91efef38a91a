from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graph.reading.arguments import Source
from graph.reading.draft import Draft

_SIGNS = {"from": ">=", "before": "<"}


def ends_of(period: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Which ends of a period are there; each may be open."""
    return tuple(end for end in _SIGNS if period and period.get(end) is not None)


def within(draft: Draft, time: str, ends: tuple[str, ...], period: Source) -> list[str]:
    """A period includes its beginning and excludes its end."""
    return [
        f"{time} {_SIGNS[end]} datetime({{epochMillis: {draft.parameter(period.then(_end(end)))}}})" for end in ends
    ]


def _end(name: str) -> Callable[[Mapping[str, object]], object]:
    return lambda period: period[name]
