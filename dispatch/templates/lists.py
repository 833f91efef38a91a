from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Sized
from typing import Any, Final

from dispatch.templates.fault import TemplateFault
from dispatch.templates.numbers import Number, plus
from dispatch.templates.text import LONGEST_TEXT, MOST_ITEMS, text_of


def items_of(value: object) -> Sequence[Any]:
    """Nothing is the empty list. Raises TemplateFault for what is no list, or too long a one."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple | range):
        raise TemplateFault("A filter for lists was given something else.")
    if len(value) > MOST_ITEMS:
        raise TemplateFault(f"A list may have at most {MOST_ITEMS:,} items.")
    return value


def join(value: object, separator: object = " ") -> str:
    texts, between = [text_of(each) for each in items_of(value)], text_of(separator)
    if sum(map(len, texts)) + len(between) * len(texts) > LONGEST_TEXT:
        raise TemplateFault(f"A text that filters make may have at most {LONGEST_TEXT:,} characters.")
    return between.join(texts)


def first(value: object) -> Any:
    return next(iter(items_of(value)), None)


def last(value: object) -> Any:
    items = items_of(value)
    return items[-1] if items else None


def size(value: object) -> int:
    return len(value) if isinstance(value, Sized) else 0


def reverse(value: object) -> list[Any]:
    return list(reversed(items_of(value)))


def sort(value: object, name: object = None) -> list[Any]:
    items = items_of(value)
    try:
        return sorted(items) if name is None else sorted(items, key=lambda item: _member(item, name))
    except TypeError:
        raise TemplateFault("Things that cannot be compared are sorted.") from None


def uniq(value: object) -> list[Any]:
    found: list[Any] = []
    for each in items_of(value):
        if each not in found:
            found.append(each)
    return found


def compact(value: object) -> list[Any]:
    return [each for each in items_of(value) if each is not None]


def concat(value: object, other: object) -> list[Any]:
    return [*items_of(value), *items_of(other)]


def members(value: object, name: object) -> list[Any]:
    return [_member(each, name) for each in items_of(value)]


def where(value: object, name: object, wanted: object = True) -> list[Any]:  # noqa: FBT002  # Truth is what Liquid asks for where nothing is said.
    return [each for each in items_of(value) if _member(each, name) == wanted]


def total(value: object, name: object = None) -> Number:
    found: Number = 0
    for each in items_of(value):
        found = plus(found, each if name is None else _member(each, name))
    return found


def _member(item: object, name: object) -> Any:
    if not isinstance(item, Mapping):
        raise TemplateFault("A filter was given a name for items that have none.")
    return item.get(text_of(name))


FILTERS: Final[dict[str, Callable[..., object]]] = {
    "join": join,
    "first": first,
    "last": last,
    "size": size,
    "reverse": reverse,
    "sort": sort,
    "uniq": uniq,
    "compact": compact,
    "concat": concat,
    "map": members,
    "where": where,
    "sum": total,
}
