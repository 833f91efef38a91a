"""Whether anybody may be written to more than before, told from what was asked and not from the rules of the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from graph.vocabulary import SubscriptionStatus as Status
from tests.histories.state import Merge, Place, World

# Whom, at which place, news may be sent to.
Allowed = frozenset[tuple[str, Place]]


class Refusal(NamedTuple):
    """A no that was taken: of this person, or of everybody where nobody is named, at the places that fit."""

    at: int
    who: str | None
    fits: Callable[[Place], bool]


@dataclass(slots=True)
class Memory:
    """All that was refused in a history, and who might be written to just before each merge."""

    refusals: list[Refusal] = field(default_factory=list)
    merges: dict[str, tuple[int, Allowed]] = field(default_factory=dict)

    def back_wrongly(self, merge: Merge, before: World, after: World) -> Allowed:
        """What a split opened that was not open before the merge, or was refused since."""
        at, open_then = self.merges[merge.id]
        opened = allowed(after) - allowed(before)
        return frozenset(
            (holder, place)
            for holder, place in opened
            # What both had while they were one goes on for either.
            if (merge.survivor, place) not in allowed(before)
            and ((holder, place) not in open_then or self._is_refused_since(at, merge.survivor, place))
        )

    def _is_refused_since(self, at: int, who: str, place: Place) -> bool:
        return any(each.at > at and each.who in {None, who} and each.fits(place) for each in self.refusals)


def allowed(world: World) -> Allowed:
    return frozenset(
        (each.holder, each.place)
        for each in world.subscriptions.values()
        if each.absorbed_by is None
        and each.status is Status.SUBSCRIBED
        and world.people[each.holder].status is Status.SUBSCRIBED
    )


def opened_beside(before: World, after: World, opens: tuple[str, Place] | None) -> Allowed:
    """What was opened besides the one place of the one person that may be.

    Where that person's bar was lifted, what it covered is open again.
    """
    opened = allowed(after) - allowed(before)
    if opens is None:
        return opened
    who = opens[0]
    covered = frozenset[tuple[str, Place]]()
    if who in before.people and before.people[who].status is not Status.SUBSCRIBED:
        mine = before.living(who).values()
        covered = frozenset((who, each.place) for each in mine if each.status is Status.SUBSCRIBED)
    return opened - {opens} - covered


def joined_wrongly(before: World, after: World, joins: Sequence[tuple[str, str]]) -> Allowed:
    """What those who became one may be written to though one of them could not; `joins` are losers and survivors."""
    return frozenset(
        (survivor, place)
        for loser, survivor in joins
        if survivor in before.people
        for place in _refused_by_a_side(before, loser, survivor)
    ) & allowed(after)


def _refused_by_a_side(before: World, loser: str, survivor: str) -> frozenset[Place]:
    both = [each for side in (loser, survivor) for each in before.living(side).values()]
    is_barred = any(before.people[side].status is not Status.SUBSCRIBED for side in (loser, survivor))
    refused = {each.place for each in both if is_barred or each.status is not Status.SUBSCRIBED}
    for side in (loser, survivor):
        for no in before.people[side].noes.values():
            for each in both:
                is_newer = each.opt_in is not None and each.opt_in > no.since
                if each.holder != side and no.stands_against(each.place) and not is_newer:
                    refused.add(each.place)
    return frozenset(refused)
