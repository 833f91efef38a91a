from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Selection:
    """One field that a caller asked for, as plain data: no GraphQL library is needed to read it.

    `arguments` holds only what was given or has a default, coerced: enums as their names, times as epoch
    milliseconds, input objects as dicts. `on` is the concrete type that a fragment narrowed the field to, None where
    any type will do.
    """

    response_key: str
    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    children: tuple[Selection, ...] = ()
    on: str | None = None


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
    return Selection(first.response_key, first.name, first.arguments, first.children + second.children)
