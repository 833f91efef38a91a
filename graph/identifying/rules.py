from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import auto
from typing import Final

from graph.identifiers import WEAK_TYPES
from graph.vocabulary import IdentifierType, Word

_FEW_DIGITS: Final = re.compile("[0-9]{1,6}")
# What a read of a person's history costs is reckoned for so many members.
_MOST_MEMBERS: Final = 200
_LARGEST_CAP: Final = 100_000

ONE_PERSON_TYPES: Final = "CUSTOMER_GRAPH_ONE_PERSON_TYPES"
PEOPLE_PER_VALUE: Final = "CUSTOMER_GRAPH_PEOPLE_PER_VALUE"
VALUES_PER_PROFILE: Final = "CUSTOMER_GRAPH_VALUES_PER_PROFILE"
IDENTIFIERS_PER_PROFILE: Final = "CUSTOMER_GRAPH_IDENTIFIERS_PER_PROFILE"
MEMBERS_PER_PROFILE: Final = "CUSTOMER_GRAPH_MEMBERS_PER_PROFILE"

# Whoever starts several processes for one graph gives all of them the same of these.
RULE_VARIABLES: Final = (
    ONE_PERSON_TYPES,
    PEOPLE_PER_VALUE,
    VALUES_PER_PROFILE,
    IDENTIFIERS_PER_PROFILE,
    MEMBERS_PER_PROFILE,
)


class Belonging(Word):
    """How many people a value of a type may mean: with ONE, two different values are two people."""

    ONE = auto()
    MANY = auto()


@dataclass(frozen=True, slots=True)
class TypeRule:
    """How many people may share a value of this type, and how many such values one person may have."""

    belonging: Belonging
    most_people: int
    most_values: int


_DEFAULT_ONE_PERSON: Final = frozenset({IdentifierType.EXTERNAL})
# How many people may share a value that is not one person's: a family or an office does, half a town does not.
_MOST_PEOPLE: Final = 100
_MOST_VALUES: Final = {
    IdentifierType.DEVICE: 100,
    IdentifierType.COOKIE: 200,
    IdentifierType.EXTERNAL: 100,
    IdentifierType.CUSTOM: 100,
}
_MOST_ADDRESSES: Final = 50


def _types(
    one_person: Collection[IdentifierType],
    most_people: Mapping[IdentifierType, int],
    most_values: Mapping[IdentifierType, int],
) -> dict[IdentifierType, TypeRule]:
    return {
        kind: TypeRule(
            Belonging.ONE if kind in one_person else Belonging.MANY,
            1 if kind in one_person else most_people.get(kind, _MOST_PEOPLE),
            most_values.get(kind, _MOST_VALUES.get(kind, _MOST_ADDRESSES)),
        )
        for kind in IdentifierType
    }


def _default_types() -> dict[IdentifierType, TypeRule]:
    return _types(_DEFAULT_ONE_PERSON, {}, {})


@dataclass(frozen=True, slots=True)
class IdentifierRules:
    """What the owner of a graph decides about identifiers: the same for every process that writes to it.

    `most_identifiers` caps all values of one person, `most_members` the profiles that merges may make into one.
    """

    types: Mapping[IdentifierType, TypeRule] = field(default_factory=_default_types)
    most_identifiers: int = 500
    most_members: int = _MOST_MEMBERS

    @property
    def one_person_types(self) -> frozenset[IdentifierType]:
        return frozenset(kind for kind, rule in self.types.items() if rule.belonging is Belonging.ONE)

    def is_one_person(self, kind: IdentifierType) -> bool:
        return self.types[kind].belonging is Belonging.ONE

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> IdentifierRules:
        """Raises ValueError that names the variable which is wrong."""
        one_person = _one_person_types(environment.get(ONE_PERSON_TYPES, ""))
        people = _caps(PEOPLE_PER_VALUE, environment.get(PEOPLE_PER_VALUE, ""))
        values = _caps(VALUES_PER_PROFILE, environment.get(VALUES_PER_PROFILE, ""))
        if settled := sorted(one_person & people.keys()):
            raise ValueError(f"{PEOPLE_PER_VALUE} names {settled[0]}, of which a value belongs to one person")
        return cls(
            _types(one_person, people, values),
            _number(IDENTIFIERS_PER_PROFILE, environment.get(IDENTIFIERS_PER_PROFILE) or "500", 1, _LARGEST_CAP),
            _number(MEMBERS_PER_PROFILE, environment.get(MEMBERS_PER_PROFILE) or str(_MOST_MEMBERS), 2, _MOST_MEMBERS),
        )


def _one_person_types(text: str) -> frozenset[IdentifierType]:
    if not text:
        return _DEFAULT_ONE_PERSON
    found = frozenset(_type(ONE_PERSON_TYPES, each) for each in text.split(","))
    if weak := sorted(found & WEAK_TYPES):
        # Whoever sits at a device uses it; taken for one person, its next user would be merged into the last one.
        raise ValueError(f"{ONE_PERSON_TYPES} names {weak[0]}, of which a value may mean anybody who sits there")
    return found


def _caps(variable: str, text: str) -> dict[IdentifierType, int]:
    found: dict[IdentifierType, int] = {}
    for each in text.split(",") if text else ():
        name, _, number = each.partition("=")
        found[_type(variable, name)] = _number(variable, number.strip(), 1, _LARGEST_CAP)
    return found


def _type(variable: str, name: str) -> IdentifierType:
    try:
        return IdentifierType(name.strip())
    except ValueError:
        raise ValueError(f"{variable} names a type of identifier that there is not: {name.strip()!r}") from None


def _number(variable: str, text: str, least: int, most: int) -> int:
    number = int(text) if _FEW_DIGITS.fullmatch(text) else 0
    if not least <= number <= most:
        raise ValueError(f"{variable} must hold whole numbers from {least} to {most:,}")
    return number
