from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Final
from urllib.parse import quote_plus

from dispatch.templates.fault import TemplateFault
from dispatch.templates.numbers import number

# Of each text that a filter makes. What is printed in the end has limits of its own.
LONGEST_TEXT: Final = 100_000
MOST_ITEMS: Final = 1_000
_LONGEST_FORMAT: Final = 100
_LINE_END: Final = re.compile(r"\r?\n")


def text_of(value: object) -> str:
    """As it is printed. Nothing is the empty text, and of a list all items are printed one after the other."""
    match value:
        case None:
            found = ""
        case str():
            # Marked text would go on escaping what is added to it.
            found = str.__str__(value)
        case bool():
            found = str(value).lower()
        case Decimal():
            found = f"{value:f}"
        case int() | float():
            found = str(value)
        case list() | tuple() | range():
            found = _fitting("".join(text_of(each) for each in value))
        case _:
            raise TemplateFault("Something that is no text is printed.")
    return found


def append(value: object, other: object) -> str:
    return _fitting(text_of(value) + text_of(other))


def prepend(value: object, other: object) -> str:
    return append(other, value)


def capitalize(value: object) -> str:
    return text_of(value).capitalize()


def upcase(value: object) -> str:
    return text_of(value).upper()


def downcase(value: object) -> str:
    return text_of(value).lower()


def strip(value: object) -> str:
    return text_of(value).strip()


def lstrip(value: object) -> str:
    return text_of(value).lstrip()


def rstrip(value: object) -> str:
    return text_of(value).rstrip()


def squish(value: object) -> str:
    return " ".join(text_of(value).split())


def replace(value: object, old: object, new: object = "") -> str:
    return _replaced(value, old, new, -1)


def replace_first(value: object, old: object, new: object = "") -> str:
    return _replaced(value, old, new, 1)


def remove(value: object, old: object) -> str:
    return _replaced(value, old, "", -1)


def remove_first(value: object, old: object) -> str:
    return _replaced(value, old, "", 1)


def truncate(value: object, length: object = 50, end: object = "...") -> str:
    found, most, ending = text_of(value), _whole(length), text_of(end)
    return found if len(found) <= most else found[: max(most - len(ending), 0)] + ending


def truncatewords(value: object, count: object = 15, end: object = "...") -> str:
    words, most = text_of(value).split(), max(_whole(count), 1)
    return " ".join(words) if len(words) <= most else " ".join(words[:most]) + text_of(end)


def split(value: object, separator: object) -> list[str]:
    found, between = text_of(value), text_of(separator)
    count = found.count(between) if between else len(found)
    if count >= MOST_ITEMS:
        raise TemplateFault(f"A list may have at most {MOST_ITEMS:,} items.")
    return found.split(between) if found and between else list(found)


def strip_newlines(value: object) -> str:
    return _LINE_END.sub("", text_of(value))


def escape(value: object) -> str:
    return html.escape(text_of(value))


def newline_to_br(value: object) -> str:
    return _LINE_END.sub("<br />\n", text_of(value))


def url_encode(value: object) -> str:
    return quote_plus(text_of(value))


def date(value: object, form: object) -> str:
    """Of a day or a time as text, like 2026-01-31 or 2026-01-31T12:00:00Z; nothing stays nothing."""
    given, wanted = text_of(value), text_of(form)
    if not given:
        return ""
    if len(wanted) > _LONGEST_FORMAT:
        raise TemplateFault(f"The form of a date may have at most {_LONGEST_FORMAT} characters.")
    try:
        return datetime.fromisoformat(given).strftime(wanted)
    except ValueError:
        raise TemplateFault("The filter `date` was given something else than a day or a time.") from None


def _replaced(value: object, old: object, new: object, most: int) -> str:
    found, sought, instead = text_of(value), text_of(old), text_of(new)
    if not sought:
        return found
    count = found.count(sought) if most < 0 else most
    if len(found) + count * (len(instead) - len(sought)) > LONGEST_TEXT:
        raise TemplateFault(_TOO_LONG)
    return found.replace(sought, instead, most)


def _whole(value: object) -> int:
    return int(number(value))


def _fitting(value: str) -> str:
    if len(value) > LONGEST_TEXT:
        raise TemplateFault(_TOO_LONG)
    return value


_TOO_LONG: Final = f"A text that filters make may have at most {LONGEST_TEXT:,} characters."
FILTERS: Final[dict[str, Callable[..., object]]] = {
    "append": append,
    "prepend": prepend,
    "capitalize": capitalize,
    "upcase": upcase,
    "downcase": downcase,
    "strip": strip,
    "lstrip": lstrip,
    "rstrip": rstrip,
    "squish": squish,
    "replace": replace,
    "replace_first": replace_first,
    "remove": remove,
    "remove_first": remove_first,
    "truncate": truncate,
    "truncatewords": truncatewords,
    "split": split,
    "strip_newlines": strip_newlines,
    "escape": escape,
    "newline_to_br": newline_to_br,
    "url_encode": url_encode,
    "date": date,
}
