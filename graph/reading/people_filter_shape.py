"""The shape of a filter of people: which conditions stand where, and what of their values shapes the statement."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

from graph.reading.period import ends_of

DEEPEST: Final = 5
MOST_CONDITIONS: Final = 50
MOST_TIMES: Final = 1_000

Given = Mapping[str, Any]
# A member's name, and what of its value shapes the text.
Shape = tuple[tuple[str, Any], ...]

COMPARISONS = ("equals", "in", "over", "under")


class _NoFilter(Exception):
    """What was given is no filter."""


def shape_of(given: Given) -> Shape | None:
    """None for a filter that is too deep, has too many conditions, compares with an object, or counts too far.

    A filter that holds nothing is a condition too: it is always met, and stands in the statement.
    """
    count = [0]

    def shape(given: Given, depth: int) -> Shape:
        members = [(member, value) for member, value in given.items() if value is not None]
        count[0] += max(1, len(members))
        if depth > DEEPEST or count[0] > MOST_CONDITIONS:
            raise _NoFilter
        found: list[tuple[str, Hashable]] = []
        for member, value in members:
            match member:
                case "all" | "any":
                    found.append((member, tuple(shape(each, depth + 1) for each in value)))
                case "not":
                    found.append((member, shape(value, depth + 1)))
                case _:
                    found.append((member, _SHAPES[member](value) if member in _SHAPES else None))
        return tuple(found)

    try:
        return shape(given, 1)
    except _NoFilter:
        return None


def _subscription_shape(given: Given) -> Hashable:
    resource = next((name for name, value in (given.get("resource") or {}).items() if value is not None), None)
    members = tuple(name for name in ("channel", "statuses") if given.get(name) is not None)
    return (members, resource, given.get("exists") is not False)


def _purchase_shape(given: Given) -> Hashable:
    if not all(0 <= times <= MOST_TIMES for times in (given.get("timesAtLeast") or 0, given.get("timesAtMost") or 0)):
        raise _NoFilter
    only_one = given.get("timesAtLeast") in {None, 1} and given.get("timesAtMost") is None
    return (
        given.get("totalOver") is not None,
        ends_of(given.get("during")),
        only_one,
        given.get("timesAtMost") is not None,
    )


def _attribute_shape(given: Given) -> Hashable:
    compared = tuple(name for name in COMPARISONS if given.get(name) is not None)
    values = [each for name in compared for each in (given[name] if name == "in" else [given[name]])]
    if any(isinstance(each, dict | list) for each in values):
        raise _NoFilter
    return (compared, given.get("exists"))


_SHAPES: Mapping[str, Callable[[Any], Hashable]] = {
    "createdAt": ends_of,
    "lastSeenAt": ends_of,
    # People of one country come from the index in their order, and none is read too many.
    "countries": lambda countries: len(set(countries)) == 1,
    "subscription": _subscription_shape,
    "purchase": _purchase_shape,
    "attribute": _attribute_shape,
}
