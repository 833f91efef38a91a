from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.identifiers import WEAK_TYPES, IdentifierValue
from graph.identifying.rules import IdentifierRules
from graph.vocabulary import IdentifierType


@dataclass(frozen=True, slots=True)
class Known:
    """Whom each identifier, by key, points to, and the keys of one-person values that each of those people has."""

    owners: Mapping[str, Collection[str]]
    one_person_keys: Mapping[str, Collection[str]]
    rules: IdentifierRules = field(default_factory=IdentifierRules)


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


_NOBODY: Final = Match(())


def match(
    identifiers: Sequence[IdentifierValue],
    known: Known,
    match_on: Collection[IdentifierType] | None = None,
) -> Match:
    """Decides by the strongest values alone: one-person values first, then shared ones, weak ones only by themselves.

    A shared value (an e-mail address of a family) does not count for a profile that already has another one-person
    value of the same type and namespace than the input brings: that is another person, who only shares the value.
    """
    usable = [each for each in identifiers if match_on is None or each.type in match_on]
    if not _owners_of(usable, known):
        return _NOBODY
    decided = _owners_of(_one_person(usable, known), known)
    if not decided:
        shared = [each for each in usable if each.type not in WEAK_TYPES and not known.rules.is_one_person(each.type)]
        decided = _without_other_people(_owners_of(shared, known), identifiers, known)
    if not decided and all(each.type in WEAK_TYPES for each in identifiers):
        decided = _owners_of(usable, known)
    return Match(tuple(sorted(decided)))


def could_mean(identifiers: Sequence[IdentifierValue], known: Known) -> set[str]:
    """Everybody whom `match` may find for these, or `conflicts` look at, whichever types they are matched on.

    The rest of those who share a value are other people for certain, so nobody has to wait for them.
    """
    owners = _owners_of(identifiers, known)
    if not owners:
        return owners
    one_person = _owners_of(_one_person(identifiers, known), known)
    return one_person | _without_other_people(owners, identifiers, known)


def conflicts(identifiers: Sequence[IdentifierValue], profile_id: str | None, known: Known) -> bool:
    """Whether these values on that person (None: a new one) would make two people of one value, or one of two.

    A one-person value belongs to one person, and a person gets no second one of the same type and namespace this way.
    """
    brought = {each.key for each in _one_person(identifiers, known)}
    if not brought:
        return False
    if len({_scope(key) for key in brought}) < len(brought):
        return True
    if any(owner != profile_id for key in brought for owner in known.owners.get(key, ())):
        return True
    present = known.one_person_keys.get(profile_id, ()) if profile_id is not None else ()
    scopes = {_scope(key) for key in present}
    return any(key not in present and _scope(key) in scopes for key in brought)


def _one_person(identifiers: Sequence[IdentifierValue], known: Known) -> list[IdentifierValue]:
    return [each for each in identifiers if known.rules.is_one_person(each.type)]


def _owners_of(identifiers: Sequence[IdentifierValue], known: Known) -> set[str]:
    return {owner for each in identifiers for owner in known.owners.get(each.key, ())}


def _without_other_people(owners: set[str], identifiers: Sequence[IdentifierValue], known: Known) -> set[str]:
    brought = {each.key for each in _one_person(identifiers, known)}
    scopes = {_scope(key) for key in brought}
    return {
        owner
        for owner in owners
        if not any(_scope(key) in scopes and key not in brought for key in known.one_person_keys.get(owner, ()))
    }


def _scope(key: str) -> str:
    kind, namespace, _ = key.split(":", 2)
    return f"{kind}:{namespace}"
