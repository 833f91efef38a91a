"""What devices tell of people along with events. It stands beside what is declared, and never overwrites it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from graph.instants import datetime_from_ms
from graph.people.attribute_value import Kept, Plain
from graph.people.facts import different, time_of
from graph.people.user_agent import browser_and_os

_LAST_AT: Final = "tracked_lastAt"


@dataclass(frozen=True, slots=True)
class Device:
    """What a device told of itself; None for what it did not tell."""

    ip: str | None = None
    timezone: str | None = None
    user_agent: str | None = None

    def __bool__(self) -> bool:
        return any((self.ip, self.timezone, self.user_agent))


NO_DEVICE: Final = Device()


def refreshed(device: Device, at_ms: int, present: Mapping[str, Plain]) -> dict[str, Kept | None]:
    """What becomes different by what a device told at this time.

    Each value is that of the newest event which had it, in whatever order events arrive.
    """
    if not device:
        return {}
    wanted: dict[str, Kept | None] = {}
    for name, value in _told(device).items():
        if value is not None and at_ms >= _ms(present, time_of(name)):
            wanted |= {name: value, time_of(name): datetime_from_ms(at_ms)}
    wanted[_LAST_AT] = datetime_from_ms(max(at_ms, _ms(present, _LAST_AT)))
    return different(wanted, present)


def _told(device: Device) -> dict[str, str | None]:
    browser, system = browser_and_os(device.user_agent) if device.user_agent else (None, None)
    return {
        "tracked_ip": device.ip,
        "tracked_timezone": device.timezone,
        "tracked_browser": browser,
        "tracked_os": system,
    }


def _ms(present: Mapping[str, Plain], name: str) -> int:
    """Earlier than everything where nothing is known."""
    found = present.get(name)
    return found if isinstance(found, int) else _NEVER


_NEVER: Final = -(2**63)
_NAMES = tuple(_told(NO_DEVICE))
# The properties that `refreshed` looks at.
TRACKED: Final = (*_NAMES, *(time_of(name) for name in _NAMES), _LAST_AT)
