from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Sighting:
    """When a person was first and last seen in a batch, and the country of the latest of it that names one."""

    first_ms: int
    last_ms: int
    country: str | None = None
    country_ms: int = 0


def sightings(seen: Iterable[tuple[str, int, str | None]]) -> dict[str, Sighting]:
    """One Sighting per person from (person, time, country) in any order; at one time the later row wins."""
    found: dict[str, Sighting] = {}
    for person, at_ms, country in seen:
        found[person] = _extended(found.get(person, Sighting(at_ms, at_ms)), at_ms, country)
    return found


def _extended(sighting: Sighting, at_ms: int, country: str | None) -> Sighting:
    wider = replace(sighting, first_ms=min(sighting.first_ms, at_ms), last_ms=max(sighting.last_ms, at_ms))
    if country is None or (sighting.country is not None and at_ms < sighting.country_ms):
        return wider
    return replace(wider, country=country, country_ms=at_ms)
