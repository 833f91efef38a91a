"""The zone a person lives in, as far as it is known."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from tests.oracle.world import Person


def effective_timezone(person: Person) -> dict[str, str]:
    if person.timezone is not None:
        return {"zone": person.timezone, "source": "DECLARED"}
    if person.tracked is not None and person.tracked.timezone is not None:
        return {"zone": person.tracked.timezone, "source": "TRACKED"}
    zones = _zones().get(person.country or "", [])
    if len(zones) == 1:
        return {"zone": zones[0], "source": "COUNTRY"}
    return {"zone": "UTC", "source": "DEFAULT"}


@cache
def _zones() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text()
    for line in table.splitlines():
        if not line.startswith("#"):
            countries, _, zone = line.split("\t")[:3]
            for country in countries.split(","):
                found.setdefault(country, []).append(zone)
    return found
