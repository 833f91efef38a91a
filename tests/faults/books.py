"""What a run leaves behind, to be held against the graph: what was answered, what was received and what crashed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tests.faults.provider_log import Entry, Mood

# What was already on its way when a process was killed arrives a moment later; all clocks here are one.
_ON_ITS_WAY_S: Final = 1.0


@dataclass(slots=True)
class Crash:
    """A part that was away, or could not hear, from `began` to `ended`, in seconds since the epoch."""

    part: str
    began: float
    ended: float = float("inf")

    def explains(self, first: Entry, again: Entry) -> bool:
        """Whether it may be why a message that had been taken was handed over again."""
        return self.began <= again.at and self.ended + _ON_ITS_WAY_S >= first.at


@dataclass(frozen=True, slots=True)
class Books:
    """Of one run.

    `sent` are messages by their idempotency keys, None where nobody could be reached. `left` is when an opt-out was
    answered, in seconds since the epoch, by profile. Of who is `erased` not even the messages are left.
    """

    policy: str
    sent: Mapping[str, str | None]
    whose: Mapping[str, str]
    left: Mapping[str, float]
    erased: frozenset[str]
    entries: Sequence[Entry]
    crashes: Sequence[Crash]

    def by_message(self) -> dict[str, list[Entry]]:
        """In the order in which they came."""
        found: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            found[entry.message_id].append(entry)
        return dict(found)

    def repeats(self) -> dict[str, list[tuple[Entry, Entry]]]:
        """By message, each entry that was not turned away with the one that followed it.

        Who is told 503 has not taken the message: handing it over once more is what was asked for.
        """
        pairs = {
            id_: [(first, again) for first, again in pairwise(found) if first.mood is not Mood.BUSY]
            for id_, found in self.by_message().items()
        }
        return {id_: found for id_, found in pairs.items() if found}
