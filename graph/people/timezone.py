"""Which time zone a person lives by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files

DEFAULT_ZONE = "UTC"


class ZoneSource(StrEnum):
    """Where the knowledge of somebody's time zone comes from, the best first."""

    DECLARED = "DECLARED"
    TRACKED = "TRACKED"
    COUNTRY = "COUNTRY"
    DEFAULT = "DEFAULT"


def effective_timezone(declared: str | None, tracked: str | None, country: str | None) -> tuple[str, ZoneSource]:
    """The IANA zone that a person's hours are counted in, and why this one."""
    if declared:
        return declared, ZoneSource.DECLARED
    if tracked:
        return tracked, ZoneSource.TRACKED
    zone = only_zones().get(country or "")
    return (zone, ZoneSource.COUNTRY) if zone else (DEFAULT_ZONE, ZoneSource.DEFAULT)


def effective_timezones(rows: Sequence[Sequence[str | None]]) -> list[tuple[str, ZoneSource]]:
    return [effective_timezone(*row) for row in rows]


@cache
def only_zones() -> Mapping[str, str]:
    """The zone of each country that has exactly one, by `zone.tab` of the time zone database."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    count = Counter(row[0] for row in rows)
    return {row[0]: row[2] for row in rows if count[row[0]] == 1}
