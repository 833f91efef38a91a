from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from graph.identifiers import IdentifierValue
from graph.identifying.allowance import Crowd, over_the_caps
from graph.identifying.rules import IdentifierRules
from graph.people.matching import Known, Match, conflicts, could_mean, match
from graph.vocabulary import IdentifierType


@dataclass(slots=True)
class KnownPeople:
    """Whom identifiers point to, by key, and what these people have, by their ids. It learns while rows are decided."""

    rules: IdentifierRules
    owners: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    one_person_keys: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    held: defaultdict[str, Counter[IdentifierType]] = field(default_factory=lambda: defaultdict(Counter))
    _known: Known = field(init=False)

    def __post_init__(self) -> None:
        self._known = Known(self.owners, self.one_person_keys, self.rules)

    def match(self, identifiers: Sequence[IdentifierValue], match_on: Collection[IdentifierType] | None) -> Match:
        return match(identifiers, self._known, match_on)

    def could_mean(self, rows: Sequence[Sequence[IdentifierValue]]) -> set[str]:
        if not self.owners:
            return set()
        return set().union(*(could_mean(row, self._known) for row in rows))

    def conflict(self, profile_id: str | None, identifiers: Sequence[IdentifierValue]) -> tuple[str, ...] | None:
        """Who is concerned where these values on that person (None: a new one) conflict, None where they do not."""
        if not conflicts(identifiers, profile_id, self._known):
            return None
        alone = [each for each in identifiers if self.rules.is_one_person(each.type)]
        concerned = {owner for each in alone for owner in self.owners[each.key]}
        return tuple(sorted(concerned if profile_id is None else concerned | {profile_id}))

    def over_the_caps(self, profile_id: str | None, identifiers: Sequence[IdentifierValue]) -> dict[str, str]:
        """Those that this person (None: a new one) may not get, by key, and why. What the person has is not asked."""
        new = {each.key: each for each in identifiers if profile_id is None or not self._has(profile_id, each)}
        if not new:
            return {}
        held = Counter[IdentifierType]() if profile_id is None else self.held[profile_id]
        crowd = Crowd({key: len(self.owners[key]) for key in new}, held)
        return over_the_caps(list(new.values()), crowd, self.rules)

    def add(self, profile_id: str, value: IdentifierValue) -> bool:
        """True where the person did not have it yet."""
        if self._has(profile_id, value):
            return False
        self.owners[value.key].add(profile_id)
        self.held[profile_id][value.type] += 1
        if self.rules.is_one_person(value.type):
            self.one_person_keys[profile_id].add(value.key)
        return True

    def take_away(self, profile_id: str, value: IdentifierValue) -> None:
        """What the person has no more counts neither for the value nor for their caps."""
        if self._has(profile_id, value):
            self.owners[value.key].discard(profile_id)
            self.held[profile_id][value.type] -= 1
            self.one_person_keys[profile_id].discard(value.key)

    def has_all(self, profile_id: str, identifiers: Iterable[IdentifierValue]) -> bool:
        return all(self._has(profile_id, each) for each in identifiers)

    def _has(self, profile_id: str, value: IdentifierValue) -> bool:
        return profile_id in self.owners[value.key]
