from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import auto
from typing import Final

from graph.vocabulary import Word

_VARIABLE: Final = "CUSTOMER_GRAPH_MERGE_FIELDS"
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
    # So many profiles are one person at most, and so many identifiers, subscriptions, opt-outs or relations move.
    most_members: int = 200
    most_moved: int = 2_000

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> MergeSettings:
        """Reads `default=NEWEST_WINS,city=SURVIVOR_WINS`. Raises ValueError that names the variable."""
        rules: dict[str, FieldRule] = {}
        for part in (environment.get(_VARIABLE) or "").split(","):
            name, _, rule = (each.strip() for each in part.partition("="))
            if not name and not rule:
                continue
            if not name or rule not in FieldRule.__members__:
                allowed = ", ".join(FieldRule)
                raise ValueError(f"{_VARIABLE} must be like default=FILL_EMPTY,city=NEWEST_WINS; rules are {allowed}")
            rules[name] = FieldRule(rule)
        return cls(default=rules.pop(_DEFAULT, FieldRule.FILL_EMPTY), fields=rules)

    def rule(self, name: str) -> FieldRule:
        return self.fields.get(name, self.default)
