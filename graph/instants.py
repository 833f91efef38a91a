from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def epoch_ms(instant: datetime) -> int:
    """Milliseconds since 1970 UTC; finer digits are cut. Raises ValueError for an instant without an offset."""
    if instant.utcoffset() is None:
        raise ValueError("has no offset from UTC")
    return (instant - _EPOCH) // _MILLISECOND


def instant_from_text(text: str) -> int:
    """Epoch milliseconds of an RFC 3339 time. Raises ValueError where it is none, or lacks an offset."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("is not a time like 2026-01-31T12:00:00Z") from error
    if len(text) < len("2026-01-31T12:00Z"):
        raise ValueError("is not a time like 2026-01-31T12:00:00Z")
    return epoch_ms(instant)


def text_from_ms(milliseconds: int) -> str:
    """RFC 3339 in UTC with milliseconds: "2010-12-01T08:26:00.000Z"."""
    instant = _EPOCH + milliseconds * _MILLISECOND
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
