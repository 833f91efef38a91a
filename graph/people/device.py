"""Whom a browser, a device or a push token points to: decided as plain data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import auto
from typing import Final

from graph.identifiers import WEAK_TYPES, IdentifierValue
from graph.vocabulary import IdentifierType, Word

# What goes with the device when somebody else logs in on it. An address or a phone is shared, never handed over.
DEVICE_TYPES: Final = WEAK_TYPES | {IdentifierType.PUSH_TOKEN}


class IdentifyOutcome(Word):
    MERGED = auto()
    LINKED = auto()
    HANDED_OVER = auto()
    ALREADY_KNOWN = auto()
    REFUSED = auto()


@dataclass(frozen=True, slots=True)
class Handover:
    """The identifier leaves this person for the one who logged in."""

    key: str
    from_id: str


@dataclass(frozen=True, slots=True)
class Identification:
    """What `identify` does. `merged` are profiles that become part of the known person, in this order."""

    merged: tuple[str, ...]
    handed_over: tuple[Handover, ...]
    linked: tuple[IdentifierValue, ...]

    @property
    def outcome(self) -> IdentifyOutcome:
        """The most that happened to any of the values."""
        if self.merged:
            return IdentifyOutcome.MERGED
        if self.handed_over:
            return IdentifyOutcome.HANDED_OVER
        return IdentifyOutcome.LINKED if self.linked else IdentifyOutcome.ALREADY_KNOWN


def decide(
    values: Collection[IdentifierValue],
    owners: Mapping[str, Collection[str]],
    identified: Collection[str],
    known_id: str,
    *,
    is_proven: bool,
) -> Identification:
    """`owners` are the people of each value by its key, `identified` those of them who are somebody known.

    Known is who has a verified value, one that belongs to one person, or an address, phone or messenger that the person
    who logs in has not: two of those never become one because they used the same device. Without proof the values are
    only linked: whoever says that a browser is somebody's gets nothing of what was done there.
    """
    merged: set[str] = set()
    handed_over: list[Handover] = []
    linked: list[IdentifierValue] = []
    for value in values:
        others = sorted(set(owners.get(value.key, ())) - {known_id})
        if is_proven:
            merged.update(each for each in others if each not in identified)
            if value.type in DEVICE_TYPES:
                handed_over += [Handover(value.key, each) for each in others if each in identified]
        if known_id not in owners.get(value.key, ()):
            linked.append(value)
    return Identification(tuple(sorted(merged)), tuple(handed_over), tuple(linked))
