"""What the text of a cell means where more than text is wanted.

What cannot mean it stays text, which is refused where the row is checked.
"""

from __future__ import annotations

import re
from typing import Final

from graph.vocabulary import AttributeType

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,20}")
_TRUTH: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_BETWEEN: Final = ";"


def attribute_value(type_: AttributeType, text: str) -> object:
    match type_:
        case AttributeType.INTEGER:
            return whole_number(text)
        case AttributeType.BOOLEAN:
            return _TRUTH.get(text.lower(), text)
        case AttributeType.TAGS:
            return keyed(text)
        case _:
            return text


def whole_number(text: str) -> int | str:
    return int(text) if _INTEGER.fullmatch(text) else text


def keyed(text: str) -> list[str]:
    """Several words of one cell, with semicolons between them."""
    return [word for each in text.split(_BETWEEN) if (word := each.strip())]
