"""A merge is played back."""

from __future__ import annotations

from dataclasses import replace

from graph.consent.cause import Cause
from graph.vocabulary import SubscriptionStatus as Status
from graph.vocabulary import UserErrorCode
from tests.histories.joining import joined
from tests.histories.state import Mark, Merge, No, Person, Record, Refused, Subject, Subscription, World
from tests.histories.strictness import OPEN, is_stricter, narrower, stricter


def split(world: World, merge_id: str) -> None:
    if merge_id not in world.merges:
        raise Refused(UserErrorCode.NOT_FOUND)
    merge = world.merges[merge_id]
    if merge.is_undone:
        raise Refused(UserErrorCode.STATE_NOT_ALLOWED)
    root = world.root(merge.survivor)
    into = [each for each in world.merges.values() if each.survivor == root and not each.is_undone]
    if not into or max(into, key=lambda each: each.number) is not merge:
        raise Refused(UserErrorCode.BLOCKED_BY)
    survivor, restored = world.people[merge.survivor], world.people[merge.loser]
    for id_ in merge.absorbed:
        if id_ in world.subscriptions:
            world.subscriptions[id_].run_out(world.now)
    held = world.living(survivor.id)
    back = _coming_back(merge, survivor, held)
    _give_back_parted(world, merge, held)
    _give_back_consents(world, merge, held)
    _give_back_categories(world, merge, held)
    _give_back_status(world, merge, survivor, restored)
    _give_back_values(merge, survivor, restored)
    _give_back_noes(world, merge, survivor, restored)
    for id_ in back:
        held[id_].holder = restored.id
    restored.merged_into = None
    world.merges[merge_id] = replace(merge, is_undone=True)


# What an act says that found more refused already, and so wrote over nothing.
_SAID = {
    Cause.UNSUBSCRIBE: Status.UNSUBSCRIBED,
    Cause.HARD_BOUNCE: Status.HARD_BOUNCED,
    Cause.COMPLAINT: Status.COMPLAINED,
    Cause.HANDED_OVER: Status.SUSPENDED,
}


def _left_of(own: Status, subject: Subject, present: Status, merged: Status) -> Status:
    said = _SAID.get(subject.act_cause, present) if subject.act >= 0 and present is merged else present
    if said is present:
        return stricter(own, present)
    is_less = own in OPEN if said is Status.UNSUBSCRIBED else is_stricter(said, own)
    return said if is_less else own


def _coming_back(merge: Merge, survivor: Person, held: dict[str, Subscription]) -> set[str]:
    """What moved, and what came later at an address that is the restored person's alone."""
    theirs = merge.moved_values & survivor.values
    known = merge.own | merge.moved
    later = {id_ for id_, each in held.items() if id_ not in known and each.place.address in theirs}
    return later | (merge.moved & held.keys())


def _acted(present: Subscription, mark: Mark | None) -> bool:
    """Whether a person or a provider said anything since; a clock that ran out is nobody's word."""
    if mark is None or present.act != mark.act:
        return True
    return present.status is mark.after.status and present.consent != mark.after


def _give_back_consents(world: World, merge: Merge, held: dict[str, Subscription]) -> None:
    for id_, mark in merge.marks.items():
        if id_ in held and mark.before != mark.after and not _acted(held[id_], mark):
            held[id_].takes(mark.before, Cause.SPLIT, world.now)


def _give_back_parted(world: World, merge: Merge, held: dict[str, Subscription]) -> None:
    """What was absorbed comes back as it was; what was refused since at the place was refused for both."""
    for id_, by_id in merge.absorbed.items():
        if id_ not in world.subscriptions:
            continue
        own = world.subscriptions[id_]
        own.absorbed_by = None
        if by_id not in held:
            continue
        by = held[by_id]
        if _acted(by, merge.marks.get(by_id)):
            mark = merge.marks.get(by_id)
            status = _left_of(own.status, by, by.status, by.status if mark is None else mark.after.status)
            after = narrower(own.consent, by.consent._replace(status=status), world.now)
            if after != own.consent:
                own.takes(after, by.act_cause, world.now)
        if by.left_at is not None and by.left_at != merge.left_after.get(by_id) and own.left_at is None:
            own.left_at = by.left_at
            own.categories.append(Record(None, Status.UNSUBSCRIBED, Cause.LEAVE, world.now))


def _give_back_categories(world: World, merge: Merge, held: dict[str, Subscription]) -> None:
    for id_, (before, after) in merge.left.items():
        if id_ in held and held[id_].left_at == after:
            held[id_].left_at = before
            held[id_].categories.append(Record(Status.UNSUBSCRIBED, Status.SUBSCRIBED, Cause.SPLIT, world.now))


def _give_back_status(world: World, merge: Merge, survivor: Person, restored: Person) -> None:
    before, after, act = merge.status
    present = survivor.status
    if survivor.act != act or present is not after:
        status = _left_of(restored.status, survivor, present, after)
        if status is not restored.status:
            restored.becomes(status, survivor.act_cause, world.now)
    elif before is not present:
        survivor.becomes(before, Cause.SPLIT, world.now)


def _give_back_values(merge: Merge, survivor: Person, restored: Person) -> None:
    restored.values |= (merge.moved_values | merge.shared_values) & survivor.values
    survivor.values -= merge.moved_values


def _give_back_noes(world: World, merge: Merge, survivor: Person, restored: Person) -> None:
    kept = dict(restored.noes)
    # What was said since, for the first time or again, was said for both.
    since = [each for each in survivor.noes.values() if each.since > merge.all_noes.get(each.number, (-1, ()))[0]]
    for scope, no in list(survivor.noes.items()):
        raised = merge.raised_noes.get(no.number)
        if raised is not None and no.said == raised[1]:
            no.says(raised[0])
        if no.number in merge.moved_noes and no not in since:
            restored.noes[scope] = survivor.noes.pop(scope)
            # What was lifted since was lifted by the one who remained.
            no.says(merge.all_noes[no.number])
    for no in since:
        mine = kept.get(no.scope)
        if mine is not None:
            mine.says(joined(mine.said, no.said))
        elif no.scope not in restored.noes:
            restored.noes[no.scope] = No(world.next_number(), no.scope, no.since, list(no.lifted))
