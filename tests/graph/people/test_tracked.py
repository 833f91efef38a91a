from __future__ import annotations

from itertools import permutations

import pytest

from graph.people.attribute_value import Plain, plain
from graph.people.timezone import ZoneSource, effective_timezone
from graph.people.tracked import Device, refreshed
from graph.people.user_agent import browser_and_os

_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
_SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)


def after(present: dict[str, Plain], device: Device, at_ms: int) -> dict[str, Plain]:
    news = refreshed(device, at_ms, present)
    return {**present, **{name: plain(value) for name, value in news.items() if value is not None}}


def test_a_device_tells_what_is_known_of_it_and_when() -> None:
    told = after({}, Device("192.0.2.7", "Europe/London", _FIREFOX), 5)

    assert {name: value for name, value in told.items() if not name.startswith("at_")} == {
        "tracked_ip": "192.0.2.7",
        "tracked_timezone": "Europe/London",
        "tracked_browser": "Firefox",
        "tracked_os": "Linux",
        "tracked_lastAt": 5,
    }


def test_the_newest_event_that_has_a_value_wins_in_whatever_order_events_arrive() -> None:
    devices = [
        (Device(ip="192.0.2.1", timezone="Europe/Paris"), 1),
        (Device(ip="192.0.2.2"), 2),
        (Device(user_agent=_FIREFOX), 3),
    ]
    for order in permutations(devices):
        present: dict[str, Plain] = {}
        for device, at_ms in order:
            present = after(present, device, at_ms)

        assert present["tracked_ip"] == "192.0.2.2"
        assert present["tracked_timezone"] == "Europe/Paris"
        assert present["tracked_os"] == "Linux"
        assert present["tracked_lastAt"] == 3


def test_what_tells_nothing_changes_nothing() -> None:
    assert refreshed(Device(), 5, {}) == {}
    assert (
        refreshed(Device(ip="192.0.2.1"), 4, {"tracked_ip": "192.0.2.2", "at_tracked_ip": 5, "tracked_lastAt": 5}) == {}
    )


@pytest.mark.parametrize(
    ("user_agent", "browser", "system"),
    [
        (_FIREFOX, "Firefox", "Linux"),
        (_SAFARI, "Mobile Safari", "iOS"),
        ("a program of my own", None, None),
        ("x" * 1_000, None, None),
    ],
)
def test_browser_and_system_are_read_from_what_the_browser_calls_itself(
    user_agent: str, browser: str | None, system: str | None
) -> None:
    assert browser_and_os(user_agent) == (browser, system)


@pytest.mark.parametrize(
    ("declared", "tracked", "country", "zone", "source"),
    [
        ("Asia/Kolkata", "Europe/Paris", "GB", "Asia/Kolkata", ZoneSource.DECLARED),
        (None, "Europe/Paris", "GB", "Europe/Paris", ZoneSource.TRACKED),
        (None, None, "GB", "Europe/London", ZoneSource.COUNTRY),
        (None, None, "US", "UTC", ZoneSource.DEFAULT),
        (None, None, None, "UTC", ZoneSource.DEFAULT),
    ],
)
def test_a_declared_zone_comes_before_a_tracked_one_and_that_before_the_country(
    declared: str | None, tracked: str | None, country: str | None, zone: str, source: ZoneSource
) -> None:
    assert effective_timezone(declared, tracked, country) == (zone, source)
