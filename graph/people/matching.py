from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from graph.identifiers import ONE_PERSON_TYPES, WEAK_TYPES, IdentifierValue
from graph.vocabulary import IdentifierType


@dataclass(frozen=True, slots=True)
class Owner:
    """A profile that an identifier points to, with the values of one-person types it already has."""

    profile_id: str
    one_person_keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    """Whom a set of identifiers means: nobody yet (no candidate), one person, or nobody can tell which."""

    candidates: tuple[str, ...]

    @property
    def profile_id(self) -> str | None:
        return self.candidates[0] if len(self.candidates) == 1 else None

    @property
    def is_ambiguous(self) -> bool:
        return len(self.candidates) > 1


def match(
    identifiers: Sequence[IdentifierValue],
    owners: Mapping[str, Collection[Owner]],
    match_on: Collection[IdentifierType] | None = None,
) -> Match:
    """Decides by the strongest values alone: one-person values first, then shared ones, weak ones only by themselves.

    A shared value (an e-mail address of a family) does not count for a profile that already has another one-person
    value of the same type and namespace than the input brings: that is another person, who only shares the value.
    `owners` maps an identifier's key to the living profiles it points to.
    """
    usable = [each for each in identifiers if match_on is None or each.type in match_on]
    one_person = [each for each in usable if each.type in ONE_PERSON_TYPES]
    decided = _owners_of(one_person, owners)
    if not decided:
        shared = [each for each in usable if each.type not in ONE_PERSON_TYPES | WEAK_TYPES]
        decided = {owner for owner in _owners_of(shared, owners) if not _is_another_person(owner, identifiers)}
    if not decided and all(each.type in WEAK_TYPES for each in identifiers):
        decided = _owners_of(usable, owners)
    return Match(tuple(sorted({owner.profile_id for owner in decided})))


def _owners_of(identifiers: Sequence[IdentifierValue], owners: Mapping[str, Collection[Owner]]) -> set[Owner]:
    return {owner for each in identifiers for owner in owners.get(each.key, ())}


def _is_another_person(owner: Owner, identifiers: Sequence[IdentifierValue]) -> bool:
    brought = {each.key for each in identifiers if each.type in ONE_PERSON_TYPES}
    scopes = {_scope(key) for key in brought}
    return any(_scope(key) in scopes and key not in brought for key in owner.one_person_keys)


def _scope(key: str) -> str:
    kind, namespace, _ = key.split(":", 2)
    return f"{kind}:{namespace}"
