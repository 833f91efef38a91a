"""Tries that failed for now: an address that does nothing else for a month counts as dead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

# As the package index of Python counts them for its own letters: the sixth is one too many.
MOST: Final = 5
_MONTH_MS: Final = 30 * 86_400_000


def after_failure(times_ms: Iterable[int], at_ms: int) -> tuple[int, ...]:
    """When it failed, within a month of the last time; in order, and no more than can matter."""
    found = sorted({*times_ms, at_ms})
    return tuple(each for each in found if each > found[-1] - _MONTH_MS)[-MOST - 1 :]


def after_delivery(times_ms: Iterable[int], at_ms: int) -> tuple[int, ...]:
    """What is left once something arrived at that moment: the address worked then."""
    return tuple(sorted(each for each in times_ms if each > at_ms))


def is_dead(times_ms: Iterable[int]) -> bool:
    return len(tuple(times_ms)) > MOST
