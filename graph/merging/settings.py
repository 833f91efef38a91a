from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import auto
from typing import Final

from graph.identifiers import WEAK_TYPES
from graph.identifying.rules import IdentifierRules
from graph.vocabulary import IdentifierType, Word

_VARIABLE: Final = "CUSTOMER_GRAPH_MERGE_FIELDS"
_TYPES_VARIABLE: Final = "CUSTOMER_GRAPH_MERGE_ON"
_DEFAULT: Final = "default"


class FieldRule(Word):
    """Which of two people's values of one field the person has after their merge."""

    SURVIVOR_WINS = auto()
    FILL_EMPTY = auto()
    NEWEST_WINS = auto()


@dataclass(frozen=True, slots=True)
class MergeSettings:
    """How two people become one.

    `default` is the rule of every field and attribute that `fields` does not name by its property (`city`,
    `attr_tier`). FILL_EMPTY loses nothing that either side declared and lets nobody overwrite the survivor.
    """

    default: FieldRule = FieldRule.FILL_EMPTY
    fields: Mapping[str, FieldRule] = field(default_factory=dict)
    # Two people merge by themselves who both verified a value of one of these types, or of one that is one person's.
    types: frozenset[IdentifierType] = frozenset()
    # So many profiles are one person at most, and so many identifiers, subscriptions, opt-outs or relations move.
    most_members: int = 200
    most_moved: int = 2_000
    # Of whoever remained a split reads so many of a kind: what two had who could be merged, and what came since.
    most_parted: int = 10_000

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> MergeSettings:
        """Reads `default=NEWEST_WINS,city=SURVIVOR_WINS`, and further types like `EMAIL,PHONE`.

        Raises ValueError that names the variable which is wrong.
        """
        rules: dict[str, FieldRule] = {}
        for part in (environment.get(_VARIABLE) or "").split(","):
            name, _, rule = (each.strip() for each in part.partition("="))
            if not name and not rule:
                continue
            if not name or rule not in FieldRule.__members__:
                allowed = ", ".join(FieldRule)
                raise ValueError(f"{_VARIABLE} must be like default=FILL_EMPTY,city=NEWEST_WINS; rules are {allowed}")
            rules[name] = FieldRule(rule)
        default = rules.pop(_DEFAULT, FieldRule.FILL_EMPTY)
        return cls(default=default, fields=rules, types=_types(environment))

    def under(self, rules: IdentifierRules) -> MergeSettings:
        """With what the owner said of identifiers and of people."""
        return replace(self, types=self.types | rules.one_person_types, most_members=rules.most_members)

    def rule(self, name: str) -> FieldRule:
        return self.fields.get(name, self.default)


def _types(environment: Mapping[str, str]) -> frozenset[IdentifierType]:
    """A browser or a device says nothing of who sits there, so its values never merge anybody."""
    names = {each.strip() for each in (environment.get(_TYPES_VARIABLE) or "").split(",")} - {""}
    allowed = {each.name for each in IdentifierType if each not in WEAK_TYPES}
    if names - allowed:
        raise ValueError(f"{_TYPES_VARIABLE} may name {', '.join(sorted(allowed))}")
    return frozenset(IdentifierType[name] for name in names)
