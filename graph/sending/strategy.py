from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import auto

from graph.reach import NO_SUBSCRIPTION, REACHABLE, ReachFacts, Verdict, reach
from graph.vocabulary import Channel, MessagePurpose, Word


class AddressOrder(Word):
    """Which of a person's addresses on one channel is tried first."""

    PRIORITY = auto()
    LAST = auto()


@dataclass(frozen=True, slots=True)
class Candidate:
    subscription_id: str
    channel: Channel
    priority: int
    created_at_ms: int
    facts: ReachFacts


@dataclass(frozen=True, slots=True)
class Choice:
    """Where it goes, or the verdict that says why there is none."""

    candidate: Candidate | None
    verdict: Verdict


def choose(candidates: Sequence[Candidate], order: AddressOrder, purpose: MessagePurpose, now_ms: int) -> Choice:
    """The first reachable address in the order; where none is, the refusal of the address that would have been first.

    Ties are broken by the subscription's id, so that the same facts always give the same choice.
    """
    ordered = sorted(candidates, key=_KEYS[order])
    if not ordered:
        return Choice(None, NO_SUBSCRIPTION)
    verdicts = [reach(candidate.facts, purpose, now_ms) for candidate in ordered]
    for candidate, verdict in zip(ordered, verdicts, strict=True):
        if verdict.reachable:
            return Choice(candidate, REACHABLE)
    return Choice(None, verdicts[0])


def _by_priority(candidate: Candidate) -> tuple[int, str]:
    return candidate.priority, candidate.subscription_id


def _newest_first(candidate: Candidate) -> tuple[int, str]:
    return -candidate.created_at_ms, candidate.subscription_id


_KEYS = {AddressOrder.PRIORITY: _by_priority, AddressOrder.LAST: _newest_first}
