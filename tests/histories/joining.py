"""Two people become one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from graph.consent.cause import Cause
from graph.vocabulary import SubscriptionStatus as Status
from graph.vocabulary import UserErrorCode
from tests.histories.state import Consent, Mark, Merge, Person, Record, Refused, Subscription, World
from tests.histories.strictness import OPEN, narrower, stricter
from tests.histories.values import is_card


class _Sides(NamedTuple):
    """What both have as they meet: subscriptions by id, and the loser's with the survivor's at the same place."""

    loser: Person
    survivor: Person
    theirs: Mapping[str, Subscription]
    ours: Mapping[str, Subscription]
    absorbed: Mapping[str, str]


def merge(world: World, from_id: str, into_id: str, merge_id: str, *, is_decided: bool) -> None:
    loser, survivor = world.person(from_id), world.person(into_id)
    if loser is survivor:
        raise Refused(UserErrorCode.MERGE_REFUSED)
    cards = [{value for value in each.values if is_card(value)} for each in (loser, survivor)]
    if all(cards) and not cards[0] & cards[1] and not is_decided:
        raise Refused(UserErrorCode.MERGE_REFUSED)
    theirs, ours = world.living(loser.id), world.living(survivor.id)
    at = {each.place: each.id for each in ours.values()}
    absorbed = {each.id: at[each.place] for each in theirs.values() if each.place in at}
    made = _begun(world, _Sides(loser, survivor, theirs, ours, absorbed), merge_id)
    _narrow(world, _Sides(loser, survivor, theirs, ours, absorbed), made)
    _join_categories(world, absorbed, made)
    _join_noes(loser, survivor, made)
    made.status = (survivor.status, stricter(survivor.status, loser.status), survivor.act)
    if made.status[1] is not survivor.status:
        survivor.becomes(made.status[1], Cause.MERGE, world.now)
    for id_, each in theirs.items():
        if id_ in absorbed:
            each.absorbed_by, each.absorbed_at = absorbed[id_], world.now
        else:
            each.holder = survivor.id
    survivor.values |= loser.values
    loser.values = set()
    loser.merged_into = survivor.id
    world.merges[merge_id] = made


def _begun(world: World, sides: _Sides, merge_id: str) -> Merge:
    loser, survivor, theirs, ours, absorbed = sides
    return Merge(
        id=merge_id,
        number=world.next_number(),
        loser=loser.id,
        survivor=survivor.id,
        status=(survivor.status, survivor.status, survivor.act),
        moved_values=loser.values - survivor.values,
        shared_values=loser.values & survivor.values,
        moved=theirs.keys() - absorbed.keys(),
        absorbed=dict(absorbed),
        marks={},
        own=set(ours),
        left={},
        left_after={},
        moved_noes=set(),
        raised_noes={},
        all_noes={},
    )


def _narrow(world: World, sides: _Sides, made: Merge) -> None:
    """What each side refused is refused, at the same place or by an opt-out that covers it."""
    loser, survivor, theirs, ours, absorbed = sides
    taken_in = {by: theirs[id_] for id_, by in absorbed.items()}
    for mine, other, side in ((ours, loser, survivor), (theirs, survivor, loser)):
        for id_, each in mine.items():
            if id_ in absorbed:
                continue
            before, act = each.consent, each.act
            beside = taken_in.get(id_)
            after = _covered(each, other)
            if beside is not None:
                after = narrower(after, _covered(beside, side), world.now)
            if after != before or (beside is not None and beside.consent != before):
                each.takes(after, Cause.MERGE, world.now)
            made.marks[id_] = Mark(before, after, act)


def _covered(subscription: Subscription, other: Person) -> Consent:
    consent = subscription.consent
    for no in other.noes.values():
        is_newer = subscription.opt_in is not None and subscription.opt_in > no.since
        if consent.status in OPEN and no.stands_against(subscription.place) and not is_newer:
            return Consent(Status.UNSUBSCRIBED, None, consent.expires)
    return consent


def _join_categories(world: World, absorbed: Mapping[str, str], made: Merge) -> None:
    """Who left has left."""
    for id_, by in sorted(absorbed.items()):
        theirs, mine = world.subscriptions[id_], world.subscriptions[by]
        if theirs.left_at is not None and mine.left_at is None:
            made.left[by] = (None, theirs.left_at)
            mine.left_at = theirs.left_at
            mine.categories.append(Record(None, Status.UNSUBSCRIBED, Cause.MERGE, world.now))
        made.left_after[by] = mine.left_at


def _join_noes(loser: Person, survivor: Person, made: Merge) -> None:
    """Only newer evidence than either no gets round both, and only what both lifted is lifted."""
    for scope, no in list(loser.noes.items()):
        mine = survivor.noes.get(scope)
        if mine is None:
            survivor.noes[scope] = loser.noes.pop(scope)
            made.moved_noes.add(no.number)
        else:
            before = mine.said
            mine.says(joined(before, no.said))
            if mine.said != before:
                made.raised_noes[mine.number] = (before, mine.said)
    made.all_noes = {each.number: each.said for each in survivor.noes.values()}


def joined(left: tuple[int, tuple[str, ...]], right: tuple[int, tuple[str, ...]]) -> tuple[int, tuple[str, ...]]:
    return max(left[0], right[0]), tuple(each for each in left[1] if each in right[1])
