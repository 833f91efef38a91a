from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class Given:
    """An argument whose value comes with each request: its place among the request's values.

    The value of one that was left out is None; to a read, that is the same as null.
    """

    slot: int


class Withheld(Enum):
    """What a caller without the right gets instead of a field, which then leaves no trace in the statement."""

    BLANK = auto()
    """Null, and nothing is said."""
    FORBIDDEN = auto()
    """Null, and an error at its path."""
    FORBIDDEN_REQUIRED = auto()
    """An error at its path; the nearest field above that may be null is null."""


@dataclass(frozen=True, slots=True)
class Selection:
    """One field that a caller asked for, as plain data: no GraphQL library is needed to read it.

    `arguments` holds only what was given or has a default, coerced: enums as their names, times as epoch
    milliseconds, input objects as dicts; or `Given` for a whole argument that comes with each request. `on` is the
    concrete type that a fragment narrowed the field to, None where any type will do.
    """

    response_key: str
    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    children: tuple[Selection, ...] = ()
    on: str | None = None
    withheld: Withheld | None = None


TYPENAME = "__typename"


def selected_on(selections: tuple[Selection, ...], type_name: str) -> tuple[Selection, ...]:
    """What is asked of an object of this type, every response key once, in the order of first mention.

    Two fragments may each ask for a part of one field: their children come together under its key.
    """
    found: dict[str, Selection] = {}
    for selection in selections:
        if selection.on is not None and selection.on != type_name:
            continue
        earlier = found.get(selection.response_key)
        found[selection.response_key] = selection if earlier is None else _joined(earlier, selection)
    return tuple(found.values())


def _joined(first: Selection, second: Selection) -> Selection:
    return Selection(
        first.response_key,
        first.name,
        first.arguments,
        first.children + second.children,
        withheld=first.withheld,
    )
