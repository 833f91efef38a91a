"""What a merge does, decided before anything is written. Merge, preview and undo log come from the same plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from graph.consent.evidence import Evidence
from graph.consent.strictness import OPEN, stricter, widens
from graph.errors import UserError
from graph.merging.changes import (
    AbsorbedSubscription,
    CategoryChange,
    ConsentChange,
    MovedSubscription,
    OptOutChange,
    ParkedRelation,
    SharedIdentifier,
    no_of,
)
from graph.merging.consent import REFUSALS, Consent, narrower
from graph.merging.fields import PropertyChange, group_of, property_changes
from graph.merging.settings import MergeSettings
from graph.merging.sides import JOINED, LEFT, VERIFIED_AT, HeldIdentifier, HeldOptOut, HeldSubscription, Place, Side
from graph.vocabulary import Channel, SubscriptionStatus, UserErrorCode

_LOWEST_PRIORITY: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class MergePlan:
    """Everything that a merge writes; with `refusals` it writes nothing."""

    survivor: Side
    loser: Side
    status: SubscriptionStatus
    properties: tuple[PropertyChange, ...]
    moved_identifiers: tuple[str, ...]
    shared_identifiers: tuple[SharedIdentifier, ...]
    moved_subscriptions: tuple[MovedSubscription, ...]
    absorbed: tuple[AbsorbedSubscription, ...]
    consents: tuple[ConsentChange, ...]
    categories: tuple[CategoryChange, ...]
    moved_opt_outs: tuple[str, ...]
    raised_opt_outs: tuple[OptOutChange, ...]
    relations_out: tuple[str, ...]
    relations_in: tuple[str, ...]
    parked_relations: tuple[ParkedRelation, ...]
    refusals: tuple[UserError, ...]

    @property
    def related_ids(self) -> tuple[str, ...]:
        """Other people whose lists of relations change."""
        own = {self.survivor.id, self.loser.id}
        return tuple(sorted({each.from_id for each in self.parked_relations} - own))

    @property
    def conflicts(self) -> int:
        """Where the two did not allow the same: of the person, of subscriptions, and of categories."""
        narrowed_status = self.survivor.status is not self.loser.status
        left = {each.id: each.left for side in (self.survivor, self.loser) for each in side.subscriptions}
        return narrowed_status + len(self.consents) + sum(len(left[each.id] ^ left[each.by]) for each in self.absorbed)

    @property
    def subscriptions_touched(self) -> int:
        ids = {each.id for each in self.moved_subscriptions} | {each.id for each in self.absorbed}
        ids |= {each.by for each in self.absorbed} | {each.subscription_id for each in self.consents}
        return len(ids)

    @property
    def changed_groups(self) -> tuple[str, ...]:
        """What changes of the survivor's own fields, by group, without values."""
        return tuple(dict.fromkeys(group_of(each.name) for each in self.properties))


def plan_merge(survivor: Side, loser: Side, settings: MergeSettings, now_ms: int, *, is_decided: bool) -> MergePlan:
    """`is_decided` says that somebody with evidence decided that the two are one person.

    Only that overrules two different one-person values of one type and namespace (two customer numbers): those were
    given to two people, and it takes more than a shared address to know better.
    """
    shared = {each.id: each for each in survivor.identifiers}
    ours = {each.place: each for each in survivor.living}
    absorbed = [(each, ours[each.place]) for each in loser.living if each.place in ours]
    moved_opt_outs, raised_opt_outs = _opt_outs(survivor, loser)
    relations_out, relations_in, parked = _relations(survivor, loser)
    return MergePlan(
        survivor=survivor,
        loser=loser,
        status=stricter(survivor.status, loser.status),
        properties=property_changes(survivor, loser, settings),
        moved_identifiers=tuple(sorted(each.id for each in loser.identifiers if each.id not in shared)),
        shared_identifiers=tuple(_shared(shared[each.id], each) for each in loser.identifiers if each.id in shared),
        moved_subscriptions=_moved(survivor, loser, frozenset(each.id for each, _ in absorbed)),
        absorbed=tuple(AbsorbedSubscription(each.id, by.id) for each, by in absorbed),
        consents=_consents(survivor, loser, absorbed, now_ms),
        categories=tuple(change for theirs, mine in absorbed for change in _categories(mine, theirs)),
        moved_opt_outs=moved_opt_outs,
        raised_opt_outs=raised_opt_outs,
        relations_out=relations_out,
        relations_in=relations_in,
        parked_relations=parked,
        refusals=tuple(_refusals(survivor, loser, settings, is_decided=is_decided)),
    )


def differing_scopes(left: Iterable[HeldIdentifier], right: Iterable[HeldIdentifier]) -> list[str]:
    """The types and namespaces in which each has a one-person value and none of them is the same."""
    values: tuple[defaultdict[str, set[str]], defaultdict[str, set[str]]] = (defaultdict(set), defaultdict(set))
    for held, side in zip(values, (left, right), strict=True):
        for each in side:
            if each.is_one_person:
                held[each.scope].add(each.id)
    ours, theirs = values
    return sorted(scope for scope in ours if scope in theirs and not ours[scope] & theirs[scope])


def _refusals(survivor: Side, loser: Side, settings: MergeSettings, *, is_decided: bool) -> Iterable[UserError]:
    if survivor.id == loser.id:
        yield UserError(UserErrorCode.MERGE_REFUSED, "Both are the same person already.", ("from",))
        return
    scopes = [] if is_decided else differing_scopes(survivor.identifiers, loser.identifiers)
    for scope in scopes:
        message = f"They have different values of {scope.rstrip(':')}, which belongs to one person: it takes evidence."
        yield UserError(UserErrorCode.MERGE_REFUSED, message, ("evidence",))
    if len({*survivor.member_ids, *loser.member_ids}) > settings.most_members:
        message = f"More than {settings.most_members} profiles would be one person."
        yield UserError(UserErrorCode.LIMIT_EXCEEDED, message, ("from",))
    if max(survivor.most_of_a_kind, loser.most_of_a_kind) > settings.most_moved:
        message = (
            f"One of them has more than {settings.most_moved:,} identifiers, subscriptions, opt-outs or relations."
        )
        yield UserError(UserErrorCode.LIMIT_EXCEEDED, message, ("from",))


def _shared(ours: HeldIdentifier, theirs: HeldIdentifier) -> SharedIdentifier:
    return SharedIdentifier(theirs.id, theirs.edge, None if ours.is_verified else theirs.edge.get(VERIFIED_AT))


def _moved(survivor: Side, loser: Side, absorbed: frozenset[str]) -> tuple[MovedSubscription, ...]:
    """The survivor's addresses keep their places, the loser's come after them in the order they had."""
    last: dict[tuple[str | None, Channel], int] = {}
    for each in survivor.living:
        group = _group(each.place)
        last[group] = max(last.get(group, each.priority), each.priority)
    moved = []
    for each in sorted(loser.subscriptions, key=lambda held: (held.priority, held.id)):
        if each.id in absorbed:
            continue
        priority, group = each.priority, _group(each.place)
        if group in last and not each.is_archived:
            priority = last[group] = min(last[group] + 1, _LOWEST_PRIORITY)
        moved.append(MovedSubscription(each.id, each.priority, priority, each.is_archived))
    return tuple(sorted(moved, key=lambda each: each.id))


def _group(place: Place) -> tuple[str | None, Channel]:
    return place.resource_id, place.channel


def _consents(
    survivor: Side, loser: Side, absorbed: Sequence[tuple[HeldSubscription, HeldSubscription]], now_ms: int
) -> tuple[ConsentChange, ...]:
    """What each living subscription comes to: by the other side's at the same place, its opt-outs and its refusals."""
    taken_in = {mine.id: theirs for theirs, mine in absorbed}
    gone = {theirs.id for theirs, _ in absorbed}
    changes = []
    for side, other in ((survivor, loser), (loser, survivor)):
        for held in side.living:
            if held.id in gone:
                continue
            theirs = taken_in.get(held.id)
            after = _refused(held, other, now_ms)
            if theirs is not None:
                after = narrower(after, _refused(theirs, side, now_ms), now_ms)
            if after != held.consent or (theirs is not None and theirs.consent != held.consent):
                changes.append(ConsentChange(held.id, held.consent, after, _grant(held, theirs)))
    changes += _archived_consents(survivor, loser, now_ms)
    return tuple(sorted(changes, key=lambda each: each.subscription_id))


def _archived_consents(survivor: Side, loser: Side, now_ms: int) -> Iterable[ConsentChange]:
    """Where both sides archived one, the last of the two speaks from now on, and has to know what the other refused."""
    taken = {each.place for side in (survivor, loser) for each in side.living}
    ours, theirs = survivor.last_archived, loser.last_archived
    for place in ours.keys() & theirs.keys() - taken:
        earlier, last = sorted((ours[place], theirs[place]), key=lambda each: (each.archived_at_ms, each.id))
        if earlier.consent.status in REFUSALS:
            after = narrower(last.consent, Consent(earlier.consent.status), now_ms)
            if after != last.consent:
                yield ConsentChange(last.id, last.consent, after, last.opt_in)


def _refused(held: HeldSubscription, other: Side, now_ms: int) -> Consent:
    """As the other side's standing opt-outs leave it, and what it said at this place before it was archived."""
    consent = held.consent
    if consent.status in OPEN and any(each.covers(held) for each in other.opt_outs):
        consent = Consent(SubscriptionStatus.UNSUBSCRIBED, None, consent.expires_at)
    for archived in other.subscriptions:
        if archived.is_archived and archived.place == held.place and archived.consent.status in REFUSALS:
            consent = narrower(consent, Consent(archived.consent.status), now_ms)
    return consent


def _grant(held: HeldSubscription, theirs: HeldSubscription | None) -> Evidence | None:
    """What proves the wider of the two consents, which does not hold any more."""
    if theirs is None or widens(theirs.consent.status, held.consent.status):
        return held.opt_in
    return theirs.opt_in or held.opt_in


def _categories(ours: HeldSubscription, theirs: HeldSubscription) -> Iterable[CategoryChange]:
    """Who left has left; who said nothing follows who joined, for it is one address of one resource."""
    for category_id, other in sorted(theirs.categories.items()):
        mine = ours.categories.get(category_id)
        if mine is None or (other.kind == LEFT and mine.kind == JOINED):
            yield CategoryChange(ours.id, category_id, mine, other)


def _opt_outs(survivor: Side, loser: Side) -> tuple[tuple[str, ...], tuple[OptOutChange, ...]]:
    ours: dict[tuple[str | None, Channel | None], HeldOptOut] = {each.subject: each for each in survivor.opt_outs}
    moved, raised = [], []
    for each in sorted(loser.opt_outs, key=lambda held: held.id):
        mine = ours.get(each.subject)
        if mine is None:
            moved.append(each.id)
        elif (after := no_of(mine).with_that_of(no_of(each))) != no_of(mine):
            raised.append(OptOutChange(mine.id, no_of(mine), after))
    return tuple(moved), tuple(raised)


def _relations(survivor: Side, loser: Side) -> tuple[tuple[str, ...], tuple[str, ...], tuple[ParkedRelation, ...]]:
    """What points away from the loser, what points to it, and what must not be seen any more."""
    present = {each.key for each in survivor.relations}
    out: list[str] = []
    into: list[str] = []
    parked: list[ParkedRelation] = []
    for each in sorted(loser.relations, key=lambda held: held.id):
        is_hidden = each.other_id == survivor.id or each.key.replace(loser.id, survivor.id) in present
        if not is_hidden:
            (out if each.is_outgoing else into).append(each.id)
        elif not each.is_outgoing:
            parked.append(ParkedRelation(each.id, each.other_id))
    return tuple(out), tuple(into), tuple(parked)
