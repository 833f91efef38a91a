"""What a split gives back, decided before anything is written.

Whatever nobody touched since the merge comes back as it was. Where a person or a provider acted since, their word
stays with the survivor, and a no among it counts for the restored person as well: it was said for both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from graph.consent.cause import Cause
from graph.merging.changes import (
    AbsorbedSubscription,
    MovedSubscription,
    OptOutChange,
    ParkedRelation,
    SharedIdentifier,
    no_of,
)
from graph.merging.consent import Consent, narrower
from graph.merging.fields import PropertyChange, field_of
from graph.merging.said_since import left_of
from graph.merging.sides import LEFT, VERIFIED_AT, Act, HeldOptOut, HeldSubscription, Membership, Side, record_id_of
from graph.merging.undo import ConsentMark, UndoLog
from graph.vocabulary import SubscriptionStatus


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A consent that comes back, by SPLIT, or one that somebody refused meanwhile for both, by the cause of that."""

    subscription_id: str
    before: Consent
    after: Consent
    cause: Cause = Cause.SPLIT


@dataclass(frozen=True, slots=True)
class MembershipGiven:
    """What a subscription says of a category from now on; None says nothing."""

    subscription_id: str
    category_id: str
    before: Membership | None
    after: Membership | None
    cause: Cause = Cause.SPLIT


@dataclass(frozen=True, slots=True)
class Parted:
    """A subscription that comes back from `by`, which spoke for it. Where that was archived since, so is this."""

    id: str
    by: str
    is_archived: bool


@dataclass(frozen=True, slots=True)
class Consequences:
    """What becomes of the consents of one side."""

    status: SubscriptionStatus
    status_cause: Cause
    consents: tuple[ConsentGiven, ...]
    memberships: tuple[MembershipGiven, ...]


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """Everything that a split writes; what is `…_back` goes to the restored person."""

    survivor: Consequences
    restored: Consequences
    properties: tuple[PropertyChange, ...]
    identifiers_back: tuple[str, ...]
    shared_back: tuple[SharedIdentifier, ...]
    subscriptions_back: tuple[str, ...]
    priorities: Mapping[str, int]
    parted: tuple[Parted, ...]
    opt_outs_back: tuple[str, ...]
    opt_out_times: tuple[OptOutChange, ...]
    opt_outs_copied: tuple[HeldOptOut, ...]
    relations_out: tuple[str, ...]
    relations_in: tuple[str, ...]
    relations_unparked: tuple[ParkedRelation, ...]


def plan_split(
    undo: UndoLog, survivor: Side, restored: Side, absorbed: Mapping[str, HeldSubscription], now_ms: int
) -> SplitPlan:
    """`absorbed` are the restored person's subscriptions that another speaks for, by id, as they are."""
    held = {each.id: each for each in survivor.subscriptions}
    identifiers = {each.id for each in survivor.identifiers}
    identifiers_back = tuple(each for each in undo.moved_identifiers if each in identifiers)
    moved = [each for each in undo.moved_subscriptions if each.id in held]
    back = _subscriptions_back(undo, survivor, moved, frozenset(identifiers_back))
    pairs = [(absorbed[each.id], held[each.by]) for each in undo.absorbed if each.id in absorbed and each.by in held]
    marks = {each.subscription_id: each for each in undo.consents if each.subscription_id in held}
    given = [change for id_, mark in marks.items() for change in _restored_consent(held[id_], mark)]
    has_acted = _has_acted(survivor, undo)
    ours, theirs = survivor.opt_outs, restored.opt_outs
    return SplitPlan(
        survivor=Consequences(
            status=survivor.status if has_acted else undo.status.before,
            status_cause=Cause.SPLIT,
            consents=tuple(each for each in given if each.subscription_id not in back),
            memberships=tuple(_restored_memberships(undo, held)),
        ),
        restored=Consequences(
            status=left_of(restored.status, survivor.status, undo.status.after, survivor.act)
            if has_acted
            else restored.status,
            status_cause=_cause(survivor.act),
            consents=(
                *(each for each in given if each.subscription_id in back),
                *(each for own, by in pairs for each in _shared_consent(own, by, marks.get(by.id), now_ms)),
            ),
            memberships=tuple(each for own, by in pairs for each in _left_since(own, by, undo.memberships)),
        ),
        properties=tuple(_restored_properties(undo.properties, survivor)),
        identifiers_back=identifiers_back,
        shared_back=tuple(each for each in undo.shared_identifiers if each.id in identifiers),
        subscriptions_back=tuple(sorted(back)),
        priorities=_priorities(moved, held),
        parted=tuple(_parted(each, held) for each in undo.absorbed if each.id in absorbed),
        opt_outs_back=tuple(sorted(each.id for each in _opt_outs_back(undo, ours))),
        opt_out_times=tuple(_opt_out_times(undo, ours, theirs)),
        opt_outs_copied=tuple(_new_opt_outs(undo, ours, theirs)),
        relations_out=_still(undo.relations_out, survivor, is_outgoing=True),
        relations_in=_still(undo.relations_in, survivor, is_outgoing=False),
        relations_unparked=undo.parked_relations,
    )


def _has_acted(survivor: Side, undo: UndoLog) -> bool:
    mark = undo.status
    return record_id_of(survivor.act) != mark.record_id or survivor.status is not mark.after


def _cause(act: Act | None) -> Cause:
    return Cause.SPLIT if act is None else act.cause


def _has_acted_on(present: HeldSubscription, mark: ConsentMark | None) -> bool:
    """A clock that ran out changes the status as well, but is nobody's word."""
    if mark is None or record_id_of(present.act) != mark.record_id:
        return True
    after = mark.after
    is_untouched_by_clock = present.consent.status is after.status
    return is_untouched_by_clock and present.consent != after


def _restored_consent(present: HeldSubscription, mark: ConsentMark) -> Iterable[ConsentGiven]:
    if mark.before != mark.after and not _has_acted_on(present, mark):
        yield ConsentGiven(present.id, present.consent, mark.before)


def _shared_consent(
    own: HeldSubscription, by: HeldSubscription, mark: ConsentMark | None, now_ms: int
) -> Iterable[ConsentGiven]:
    """Its own consent comes back; what was refused meanwhile, by whomever, was refused for both."""
    if _has_acted_on(by, mark):
        merged = by.consent.status if mark is None else mark.after.status
        status = left_of(own.consent.status, by.consent.status, merged, by.act)
        after = narrower(own.consent, replace(by.consent, status=status), now_ms)
        if after != own.consent:
            yield ConsentGiven(own.id, own.consent, after, _cause(by.act))


def _restored_memberships(undo: UndoLog, held: Mapping[str, HeldSubscription]) -> Iterable[MembershipGiven]:
    for change in undo.categories:
        present = held.get(change.subscription_id)
        if present is not None and present.categories.get(change.category_id) == change.after:
            yield MembershipGiven(present.id, change.category_id, change.after, change.before)


def _left_since(
    own: HeldSubscription, by: HeldSubscription, memberships: Mapping[str, Mapping[str, Membership]]
) -> Iterable[MembershipGiven]:
    said = memberships.get(by.id, {})
    for category_id, present in sorted(by.categories.items()):
        mine = own.categories.get(category_id)
        if present.kind == LEFT and present != said.get(category_id) and (mine is None or mine.kind != LEFT):
            yield MembershipGiven(own.id, category_id, mine, present, Cause.LEAVE)


def _restored_properties(changes: Sequence[PropertyChange], survivor: Side) -> Iterable[PropertyChange]:
    """Fields that nobody changed since, and neither an event. A field and its time belong together."""
    groups: defaultdict[str, list[PropertyChange]] = defaultdict(list)
    for each in changes:
        groups[field_of(each.name)].append(each)
    for group in groups.values():
        if all(_is_as_merged(each, survivor) for each in group):
            yield from group


def _is_as_merged(change: PropertyChange, survivor: Side) -> bool:
    present = survivor.properties.get(change.name)
    return present is change.after is None or (present is not None and present.is_same(change.after))


def _subscriptions_back(
    undo: UndoLog, survivor: Side, moved: Sequence[MovedSubscription], identifiers_back: frozenset[str]
) -> frozenset[str]:
    """What moved, and what came later at an address that is the restored person's alone."""
    known = {*undo.own_subscriptions, *(each.id for each in undo.moved_subscriptions)}
    later = {
        each.id
        for each in survivor.subscriptions
        if each.id not in known and each.place.identifier_id in identifiers_back
    }
    return frozenset(later | {each.id for each in moved})


def _priorities(moved: Sequence[MovedSubscription], held: Mapping[str, HeldSubscription]) -> dict[str, int]:
    """The places they had, unless somebody put them into another order since."""
    by_group: defaultdict[object, list[MovedSubscription]] = defaultdict(list)
    for each in moved:
        place = held[each.id].place
        by_group[place.resource_id, place.channel].append(each)
    restored: dict[str, int] = {}
    for group in by_group.values():
        before = sorted(group, key=lambda each: (each.priority_after, each.id))
        if before == sorted(group, key=lambda each: (held[each.id].priority, each.id)):
            restored |= {each.id: each.priority_before for each in group}
    return restored


def _parted(pair: AbsorbedSubscription, held: Mapping[str, HeldSubscription]) -> Parted:
    by = held.get(pair.by)
    return Parted(pair.id, pair.by, is_archived=by is None or by.is_archived)


def _opt_out_times(undo: UndoLog, ours: Sequence[HeldOptOut], theirs: Sequence[HeldOptOut]) -> Iterable[OptOutChange]:
    present = {each.id: each for each in ours}
    for change in undo.raised_opt_outs:
        if change.id in present and no_of(present[change.id]) == change.after:
            yield OptOutChange(change.id, change.after, change.before)
    # What was lifted since was lifted by the one who remained.
    for each in _opt_outs_back(undo, ours):
        if no_of(each) != undo.opt_outs[each.id]:
            yield OptOutChange(each.id, no_of(each), undo.opt_outs[each.id])
    kept = {each.subject: each for each in theirs}
    for later in _since(undo, ours):
        mine = kept.get(later.subject)
        if mine is not None and (after := no_of(mine).with_that_of(no_of(later))) != no_of(mine):
            yield OptOutChange(mine.id, no_of(mine), after)


def _new_opt_outs(undo: UndoLog, ours: Sequence[HeldOptOut], theirs: Sequence[HeldOptOut]) -> Iterable[HeldOptOut]:
    subjects = {each.subject for each in theirs} | {each.subject for each in _opt_outs_back(undo, ours)}
    return (each for each in _since(undo, ours) if each.subject not in subjects)


def _opt_outs_back(undo: UndoLog, ours: Sequence[HeldOptOut]) -> Iterable[HeldOptOut]:
    """What moved and was not said again: that was said for both."""
    return (each for each in ours if each.id in undo.moved_opt_outs and not _is_said_since(undo, each))


def _since(undo: UndoLog, ours: Sequence[HeldOptOut]) -> Iterable[HeldOptOut]:
    return (each for each in ours if _is_said_since(undo, each))


def _is_said_since(undo: UndoLog, opt_out: HeldOptOut) -> bool:
    return opt_out.id not in undo.opt_outs or opt_out.since_ms > undo.opt_outs[opt_out.id].since_ms


def _still(ids: Sequence[str], survivor: Side, *, is_outgoing: bool) -> tuple[str, ...]:
    present = {each.id for each in survivor.relations if each.is_outgoing is is_outgoing}
    return tuple(each for each in ids if each in present)


def verified_by_merge(shared: SharedIdentifier, survivor: Side) -> bool:
    """Whether the survivor's edge is verified only because the other one's was, and by nothing since."""
    edge = next((each.edge for each in survivor.identifiers if each.id == shared.id), {})
    present = edge.get(VERIFIED_AT)
    return present is not None and present.is_same(shared.verified_at)
