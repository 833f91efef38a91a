"""What a person knows of themselves after a merge, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from graph.merging.settings import FieldRule, MergeSettings
from graph.merging.sides import Side, Stored

DECLARED: Final = frozenset({"firstName", "lastName", "birthDate", "sex", "locale", "timezone", "country", "city"})
ATTRIBUTE: Final = "attr_"
TRACKED: Final = "tracked_"
CHANGED_AT: Final = "at_"
_TRACKED_AT: Final = "tracked_lastAt"
_FIRST_SEEN: Final = "firstSeenAt"
_LAST_SEEN: Final = "lastSeenAt"


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """One property of the survivor, before and after the merge; None is a property that is not there."""

    name: str
    before: Stored | None
    after: Stored | None

    def to_json(self) -> list[Any]:
        return [self.name, self.before and self.before.to_json(), self.after and self.after.to_json()]

    @classmethod
    def from_json(cls, row: list[Any]) -> Self:
        return cls(row[0], Stored.from_json(row[1]), Stored.from_json(row[2]))


def is_field(name: str) -> bool:
    """Whether the property is one that people declare, with the rule that the owner chose for it."""
    return name in DECLARED or name.startswith(ATTRIBUTE)


def group_of(name: str) -> str:
    """Properties of one group are taken together: a field and its time, or all that the last event told."""
    field = field_of(name)
    return TRACKED if field.startswith(TRACKED) else field


def field_of(name: str) -> str:
    """Whose value or time of change the property is."""
    return name.removeprefix(CHANGED_AT)


def property_changes(survivor: Side, loser: Side, settings: MergeSettings) -> tuple[PropertyChange, ...]:
    """What the survivor gets from the loser. Equal values are no change."""
    taken = dict(_tracked(survivor.properties, loser.properties))
    for name in sorted({group_of(each) for each in (*survivor.properties, *loser.properties)}):
        if is_field(name) and _takes(name, survivor.properties, loser.properties, settings.rule(name)):
            taken |= {each: loser.properties.get(each) for each in (name, CHANGED_AT + name)}
    taken |= _seen(survivor.properties, loser.properties)
    before = survivor.properties
    changes = (PropertyChange(name, before.get(name), after) for name, after in sorted(taken.items()))
    return tuple(each for each in changes if not _is_same(each.before, each.after))


def _takes(name: str, ours: Mapping[str, Stored], theirs: Mapping[str, Stored], rule: FieldRule) -> bool:
    """A value that was cleared later than the other was set stays cleared: the time of it says so."""
    mine, other = ours.get(name), theirs.get(name)
    if rule is FieldRule.SURVIVOR_WINS or _is_same(mine, other):
        return False
    mine_at, other_at = _millis(ours.get(CHANGED_AT + name)), _millis(theirs.get(CHANGED_AT + name))
    if rule is FieldRule.NEWEST_WINS and mine is not None:
        return other_at > mine_at
    return mine is None and other is not None and other_at >= mine_at


def _tracked(ours: Mapping[str, Stored], theirs: Mapping[str, Stored]) -> Iterable[tuple[str, Stored | None]]:
    """What the later event told, as a whole: a city of one event beside the country of another would be a lie."""
    if _millis(theirs.get(_TRACKED_AT)) <= _millis(ours.get(_TRACKED_AT)):
        return ()
    names = {name for name in (*ours, *theirs) if group_of(name) == TRACKED}
    return ((name, theirs.get(name)) for name in names)


def _seen(ours: Mapping[str, Stored], theirs: Mapping[str, Stored]) -> dict[str, Stored | None]:
    first = [each[_FIRST_SEEN] for each in (ours, theirs) if _FIRST_SEEN in each]
    last = [each[_LAST_SEEN] for each in (ours, theirs) if _LAST_SEEN in each]
    seen: dict[str, Stored | None] = {}
    if first:
        seen[_FIRST_SEEN] = min(first, key=_millis)
    if last:
        seen[_LAST_SEEN] = max(last, key=_millis)
    return seen


def _is_same(left: Stored | None, right: Stored | None) -> bool:
    return left is right is None or (left is not None and left.is_same(right))


def _millis(instant: Stored | None) -> int:
    """A field that never said when it changed is older than all others."""
    return -1 if instant is None or instant.millis is None else instant.millis
