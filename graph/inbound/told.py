"""What is kept of what somebody wrote: the properties of its event."""

from __future__ import annotations

from typing import Final

import orjson

# As much as a caller may give to an event.
_MOST_BYTES: Final = 8 * 1024
_LONGEST_NAME: Final = 200


def properties(text: str, name: str | None, **others: str | bool | None) -> dict[str, str | bool]:
    """As JSON 8 KB at most. A text that is too long for that is cut, and `textCut` says so; None is left out."""
    kept: dict[str, str | bool] = {key: value for key, value in others.items() if value is not None}
    if name:
        kept["name"] = _unicode(name)[:_LONGEST_NAME]
    written = _unicode(text)
    if _size({"text": written, **kept}) <= _MOST_BYTES:
        return {"text": written, **kept}
    kept["textCut"] = True
    fits, too_long = 0, len(written)
    while fits + 1 < too_long:
        middle = (fits + too_long) // 2
        is_small = _size({"text": written[:middle], **kept}) <= _MOST_BYTES
        fits, too_long = (middle, too_long) if is_small else (fits, middle)
    return {"text": written[:fits], **kept}


def _size(value: object) -> int:
    return len(orjson.dumps(value))


def _unicode(text: str) -> str:
    """Halves of letters beyond 16 bits, which a broken letter may hold, are nothing that JSON can say."""
    return text.encode("utf-8", "replace").decode()
