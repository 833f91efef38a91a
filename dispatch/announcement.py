from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import orjson

from graph.vocabulary import ChangeKind

# One Redis channel for all people: a process listens once, and drops by a dictionary look-up what nobody watches.
TOPIC: Final = "customer-graph:profiles"


@dataclass(frozen=True, slots=True)
class Announcement:
    """A profile has reached a revision; `kinds` says by what, as far as it is known."""

    profile_id: str
    revision: int
    kinds: frozenset[ChangeKind]


def encode(announcements: Iterable[Announcement]) -> bytes:
    """As they go through Redis, many together: each command costs every listening process as much as all it holds."""
    return orjson.dumps([[each.profile_id, each.revision, sorted(each.kinds)] for each in announcements])


def decode(data: bytes) -> list[Announcement]:
    """Empty for what none of us wrote: whoever reaches Redis may publish anything."""
    try:
        return [
            Announcement(str(profile_id), int(revision), frozenset(map(ChangeKind, kinds)))
            for profile_id, revision, kinds in orjson.loads(data)
        ]
    except (ValueError, TypeError, KeyError):
        return []


def united(announcements: Iterable[Announcement]) -> list[Announcement]:
    """One per profile: its newest revision, with the kinds of all."""
    latest: dict[str, Announcement] = {}
    for each in announcements:
        known = latest.get(each.profile_id)
        if known is not None:
            revision, kinds = max(known.revision, each.revision), known.kinds | each.kinds
            latest[each.profile_id] = Announcement(each.profile_id, revision, kinds)
        else:
            latest[each.profile_id] = each
    return list(latest.values())
