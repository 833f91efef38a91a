from __future__ import annotations

from dataclasses import dataclass

from graph.vocabulary import ChangeKind


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What live listeners of a person are told after the commit."""

    profile_id: str
    revision: int
    kinds: frozenset[ChangeKind]
