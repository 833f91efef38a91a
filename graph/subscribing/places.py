"""In which order a person's addresses on one channel of one resource are tried: 0 is the highest."""

from __future__ import annotations

from collections.abc import Mapping

Places = Mapping[str, int]

# As far as GraphQL's Int goes.
_LAST = 2**31 - 1


def without(places: Places, who: str) -> dict[str, int]:
    """The others, moved up where `who` leaves a place."""
    left = places.get(who)
    return {each: at - (left is not None and at > left) for each, at in places.items() if each != who}


def with_at(places: Places, who: str, at: int) -> dict[str, int]:
    """All of them with `who` at this place: whoever stands there or below moves one down.

    A place after the last one is the next free one, so numbers without holes stay so.
    """
    others = without(places, who)
    place = min(at, lowest_free(others))
    moved = {each: min(other + (other >= place), _LAST) for each, other in others.items()}
    return {**moved, who: place}


def lowest_free(places: Places) -> int:
    """The place after the last one."""
    return min(max(places.values(), default=-1) + 1, _LAST)


def changes(before: Places, after: Places) -> dict[str, int]:
    """Those of `after` that have another place than before, or had none."""
    return {each: at for each, at in sorted(after.items()) if before.get(each) != at}
