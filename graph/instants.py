from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

# Clocks of browsers and shops go wrong; a day covers every time zone that was taken for UTC.
MOST_AHEAD_MS = 24 * 3_600_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def epoch_ms(instant: datetime) -> int:
    """Milliseconds since 1970 UTC; finer digits are cut. Raises ValueError for an instant without an offset."""
    if instant.utcoffset() is None:
        raise ValueError("has no offset from UTC")
    return (instant - _EPOCH) // _MILLISECOND


def datetime_from_ms(milliseconds: int) -> datetime:
    """The instant as the graph's driver takes it. Raises OverflowError outside the years 1 to 9999."""
    return _EPOCH + _MILLISECOND * milliseconds


def instant_from_text(text: str) -> int:
    """Epoch milliseconds of an RFC 3339 time. Raises ValueError where it is none, or lacks an offset."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("is not a time like 2026-01-31T12:00:00Z") from error
    if len(text) < len("2026-01-31T12:00Z"):
        raise ValueError("is not a time like 2026-01-31T12:00:00Z")
    return epoch_ms(instant)


# A page has a hundred times on it: looking its parts up takes a quarter of the time of formatting them (measured).
_MINUTES = tuple(f"{hour:02d}:{minute:02d}:" for hour in range(24) for minute in range(60))
_SECONDS = tuple(f"{second:02d}." for second in range(60))
_MILLISECONDS = tuple(f"{milliseconds:03d}Z" for milliseconds in range(1000))
_FIRST_DAY = date(1970, 1, 1).toordinal()


@lru_cache(4096)
def _day(days: int) -> str:
    return f"{date.fromordinal(_FIRST_DAY + days).isoformat()}T"


def text_from_ms(milliseconds: int) -> str:
    """RFC 3339 in UTC with milliseconds: "2010-12-01T08:26:00.000Z". Raises ValueError outside the years 1 to 9999."""
    seconds, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    days, minute = divmod(minutes, 1440)
    return _day(days) + _MINUTES[minute] + _SECONDS[second] + _MILLISECONDS[rest]
