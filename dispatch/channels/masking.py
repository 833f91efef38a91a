from __future__ import annotations

import re
from typing import Final

# Everything that could end a line, in a log as in a header.
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:]+@[^\s<>()\[\],;:]+")
_LONGEST_ANSWER: Final = 160


def masked(text: str, address: str | None) -> str:
    """What a provider said, as one short line without the address, nor its local part, which servers quote alone."""
    line = CONTROL.sub(" ", text)
    if address:
        local_part = address.rpartition("@")[0]
        for secret in filter(None, (address, local_part)):
            line = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "<address>", line, flags=re.IGNORECASE)
    return _ADDRESS.sub("<address>", line)[:_LONGEST_ANSWER].strip()
