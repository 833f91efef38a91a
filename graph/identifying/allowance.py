from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.identifiers import WEAK_TYPES, IdentifierValue
from graph.identifying.rules import IdentifierRules
from graph.vocabulary import IdentifierType


@dataclass(frozen=True, slots=True)
class Crowd:
    """How full it is already: how many people each value has, by key, and how many values of each type the person."""

    people: Mapping[str, int]
    held: Mapping[IdentifierType, int]


def over_the_caps(identifiers: Sequence[IdentifierValue], crowd: Crowd, rules: IdentifierRules) -> dict[str, str]:
    """Which of these new values the person may not get, by key, and why.

    Where not all have room, those that tell people apart get it first: one-person values, then addresses, then cookies.
    """
    held = Counter(crowd.held)
    refused: dict[str, str] = {}
    for each in sorted(identifiers, key=lambda value: _strength(value, rules)):
        why = _why_not(each, crowd.people.get(each.key, 0), held, rules)
        if why is None:
            held[each.type] += 1
        else:
            refused[each.key] = why
    return refused


def _strength(value: IdentifierValue, rules: IdentifierRules) -> int:
    if rules.is_one_person(value.type):
        return 0
    return 2 if value.type in WEAK_TYPES else 1


def _why_not(value: IdentifierValue, people: int, held: Counter[IdentifierType], rules: IdentifierRules) -> str | None:
    rule = rules.types[value.type]
    if people >= rule.most_people:
        return f"This value has {people:,} people already: no more than {rule.most_people:,} may share a {value.type}."
    if held[value.type] >= rule.most_values:
        return (
            f"The person has {held[value.type]:,} values of type {value.type} already, which is the most there may be."
        )
    if held.total() >= rules.most_identifiers:
        return f"The person has {held.total():,} identifiers already: no more than that are kept of one."
    return None
