from __future__ import annotations

import re

SOURCE_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
SOURCE_MEANING = "letters, digits, '.', '_' and '-', 64 at most"


def source_key(source: str, identity: str) -> str:
    """What an event, a purchase or a product is unique by: the system it comes from, and its id there.

    Raises ValueError for a source of another form: with a colon in it, two different pairs could have one key.
    """
    if not SOURCE_PATTERN.fullmatch(source):
        raise ValueError(f"a source has {SOURCE_MEANING}")
    return f"{source}:{identity}"
