from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.connection import Graph, Transaction
from graph.consent.cause import NO_ACTS, Cause
from graph.consent.due import settle
from graph.consent.ledger import LedgerEntry, Subject, record
from graph.errors import Raced, Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.ids import IdPrefix, new_id
from graph.merging.fields import ATTRIBUTE, CHANGED_AT, DECLARED, TRACKED
from graph.merging.plan import MergePlan, plan_merge
from graph.merging.rows import consent_row, edge_row, membership_row, opt_out_row, property_row, run_rows
from graph.merging.settings import MergeSettings
from graph.merging.sides import JOINED, VERIFIED_AT, HeldSubscription, Membership, Side, side_from_row
from graph.merging.undo import UndoLog
from graph.people.change import ProfileChange
from graph.people.reference import ProfileReference, found_person
from graph.people.touch import touch
from graph.statements import merge_locks, merge_sides, profile_status
from graph.statements import merging as statements
from graph.statements.people import LOCK_PROFILES
from graph.vocabulary import ChangeKind, SubscriptionStatus, UserErrorCode

_PREFIXES: Final = (ATTRIBUTE, TRACKED, CHANGED_AT)
_SEEN: Final = ("firstSeenAt", "lastSeenAt")


class MergeRule(StrEnum):
    """Why two profiles became one, as the Merge node keeps it."""

    MANUAL = "manual"
    IDENTIFY = "identify"
    SHARED_IDENTIFIER = "shared_identifier"


@dataclass(frozen=True, slots=True)
class Decision:
    """Who merges, by which rule, and what says that the two are one person.

    Two people with different one-person values merge only by hand and with evidence.
    """

    rule: MergeRule
    actor: str
    evidence: str | None = None

    @property
    def overrules_one_person_values(self) -> bool:
        return self.rule is MergeRule.MANUAL and bool(self.evidence)


@dataclass(frozen=True, slots=True)
class Merged:
    merge_id: str
    survivor_id: str
    changes: tuple[ProfileChange, ...]


@dataclass(frozen=True, slots=True)
class MergeProfiles:
    loser: ProfileReference
    survivor: ProfileReference
    actor: str
    evidence: str | None = None

    @property
    def decision(self) -> Decision:
        return Decision(MergeRule.MANUAL, self.actor, self.evidence)


async def merge_profiles(
    graph: Graph, command: MergeProfiles, settings: MergeSettings, guard: Guard | None, now_ms: int
) -> Done:
    """Makes two people one. The result holds `profileId`, the survivor, and `mergeId`.

    No trigger starts because of it, ever. Raises Refusal: NOT_FOUND or AMBIGUOUS_MATCH for a reference; MERGE_REFUSED
    where both are the same person, so also where they were merged before, or where they have different values of a
    kind that belongs to one person and no evidence is given; LIMIT_EXCEEDED where the person would be too large.
    """
    decision = command.decision

    async def work(transaction: Transaction) -> Done:
        from_id, into_id = await meant(transaction, command)
        merged = await merge_in(transaction, from_id, into_id, decision, settings, now_ms)
        await _check_meant(transaction, command, frozenset({from_id, into_id}), merged.survivor_id)
        return Done({"profileId": merged.survivor_id, "mergeId": merged.merge_id}, merged.changes)

    return await once(graph, guard, now_ms, work)


async def meant(transaction: Transaction, command: MergeProfiles) -> tuple[str, str]:
    """Whom the two references mean: loser and survivor. Nothing is locked. Raises Refusal."""
    from_id = await found_person(transaction.run, command.loser, "from")
    return from_id, await found_person(transaction.run, command.survivor, "into")


async def _check_meant(
    transaction: Transaction, command: MergeProfiles, roots: frozenset[str], survivor_id: str
) -> None:
    """Raises Raced where a reference came to mean somebody else before the people whom it meant were locked.

    The id of a root cannot: that one is locked. A value may have changed hands, and who was merged into a root may have
    been split off again.
    """
    for name, reference in (("from", command.loser), ("into", command.survivor)):
        if reference.id not in roots and await found_person(transaction.run, reference, name) != survivor_id:
            raise Raced("a reference came to mean somebody else while the two were being locked")


async def merge_in(
    transaction: Transaction, from_id: str, into_id: str, decision: Decision, settings: MergeSettings, now_ms: int
) -> Merged:
    """Merges the person of one id into the person of another; a merged id means its survivor.

    Call it before anything else is locked in this transaction, or with both profiles locked already. What both sides
    have stays once, what one of them refused stays refused, and nothing of their history is touched. Raises Refusal as
    `merge_profiles` does, and Raced where one of the two was merged meanwhile: then the transaction starts over.
    """
    roots = await _locked_roots(transaction, from_id, into_id)
    most, settings = settings.most_moved, settings.under(transaction.rules)
    survivor, loser = await read_sides(transaction, roots.survivor_id, roots.loser_id, most, now_ms)
    plan = plan_merge(survivor, loser, settings, now_ms, is_decided=decision.overrules_one_person_values)
    if plan.refusals:
        raise Refusal(*plan.refusals)
    await _lock_related(transaction, plan)
    await _ledger(transaction, plan, decision, now_ms)
    await _write(transaction, plan, now_ms)
    merge_id = new_id(IdPrefix.MERGE, now_ms)
    members = [*survivor.member_ids, *(each for each in loser.member_ids if each not in survivor.member_ids)]
    await transaction.run(
        statements.JOIN_PROFILES,
        id=merge_id,
        **_both(plan),
        memberIds=members,
        losers=sorted(loser.member_ids),
        rule=decision.rule,
        evidence=decision.evidence,
        actor=decision.actor,
        undo=UndoLog.of(plan).to_json(),
        now=now_ms,
    )
    return Merged(merge_id, survivor.id, await _told(transaction, plan, now_ms))


async def _told(transaction: Transaction, plan: MergePlan, now_ms: int) -> tuple[ProfileChange, ...]:
    """Whoever watches the merged id is told as well; it has its survivor's revisions from now on."""
    (change,) = await touch(transaction, [plan.survivor.id], now_ms, ChangeKind.MERGE)
    related = await touch(transaction, plan.related_ids, now_ms, ChangeKind.PROFILE)
    return (change, ProfileChange(plan.loser.id, change.revision, change.kinds), *related)


@dataclass(frozen=True, slots=True)
class _Roots:
    """Who the two are now, and every profile that is part of either."""

    loser_id: str
    survivor_id: str
    member_ids: frozenset[str]


async def _locked_roots(transaction: Transaction, from_id: str, into_id: str) -> _Roots:
    """Members are locked too, in one order with their roots: somebody may still take one of them for a root."""
    ids = sorted({from_id, into_id})
    roots = _roots(await transaction.run(merge_sides.ROOTS, ids=ids), from_id, into_id)
    members = sorted(roots.member_ids)
    again = await transaction.run(merge_locks.ROOTS, ids=ids, memberIds=members)
    if _roots(again, from_id, into_id) != roots:
        raise Raced("one of the two was merged while they were being locked")
    return roots


def _roots(rows: Sequence[tuple[str, str, list[str]]], from_id: str, into_id: str) -> _Roots:
    roots = {asked: root for asked, root, _ in rows}
    missing = [path for path, asked in (("from", from_id), ("into", into_id)) if asked not in roots]
    if missing:
        raise Refusal(*(UserError(UserErrorCode.NOT_FOUND, "No such profile.", (path,)) for path in missing))
    return _Roots(roots[from_id], roots[into_id], frozenset(each for *_, members in rows for each in members))


async def read_sides(
    transaction: Transaction, survivor_id: str, loser_id: str, most: int, now_ms: int
) -> tuple[Side, Side]:
    """Survivor and loser, whose identifiers and subscriptions are locked from now on.

    Of a kind of which one has more than `most`, no more than one above that is read: check `most_of_a_kind`. What of
    theirs has run out is written down first, so that the ledger tells of it before it tells of anything else.
    """
    ids = sorted({survivor_id, loser_id})
    rows = await transaction.run(merge_locks.SIDES, ids=ids, **side_parameters(most))
    sides = [side_from_row(row, transaction.rules.one_person_types) for row in rows]
    await settle_held(transaction, {each.id: each.living for each in sides}, now_ms)
    settled = {each.id: each.settled(now_ms) for each in sides}
    return settled[survivor_id], settled[loser_id]


async def settle_held(transaction: Transaction, held: Mapping[str, Sequence[HeldSubscription]], now_ms: int) -> None:
    """Writes down what ran out of the subscriptions that these people hold; nothing is asked where nothing did."""
    due = {each.id: owner for owner, mine in held.items() for each in mine if each.settled(now_ms) is not each}
    await settle(transaction, due, now_ms)


def side_parameters(most: int) -> dict[str, object]:
    return {
        "declared": sorted([*DECLARED, *_SEEN]),
        "prefixes": list(_PREFIXES),
        "noActs": list(NO_ACTS),
        "most": most,
    }


async def _lock_related(transaction: Transaction, plan: MergePlan) -> None:
    """Other people are few and rarely there; should two merges wait for each other here, the driver tries again."""
    if plan.related_ids:
        await transaction.run(LOCK_PROFILES, ids=list(plan.related_ids))


async def _ledger(transaction: Transaction, plan: MergePlan, decision: Decision, now_ms: int) -> None:
    """Records what is narrowed, with the evidence of the grant that does not hold any more."""
    survivor_id = plan.survivor.id
    reason = f"merged with {plan.loser.id}"
    entries = []
    if plan.status is not plan.survivor.status:
        subject = Subject.profile(survivor_id)
        entries.append(
            LedgerEntry(
                subject, survivor_id, plan.survivor.status, plan.status, Cause.MERGE, decision.actor, reason=reason
            )
        )
    for change in plan.consents:
        subject = Subject.subscription(change.subscription_id)
        entries.append(
            LedgerEntry(
                subject,
                survivor_id,
                change.before.status,
                change.after.status,
                Cause.MERGE,
                decision.actor,
                reason=reason,
                evidence=change.grant,
            )
        )
    for each in plan.categories:
        subject = Subject.category(each.subscription_id, each.category_id)
        before = None if each.before is None else category_status(each.before)
        entries.append(
            LedgerEntry(
                subject, survivor_id, before, category_status(each.after), Cause.MERGE, decision.actor, reason=reason
            )
        )
    await record(transaction, entries, now_ms)


def category_status(membership: Membership) -> SubscriptionStatus:
    joined = membership.kind == JOINED
    return SubscriptionStatus.SUBSCRIBED if joined else SubscriptionStatus.UNSUBSCRIBED


async def _write(transaction: Transaction, plan: MergePlan, now_ms: int) -> None:
    both = _both(plan)
    survivor_id = plan.survivor.id
    shared = plan.shared_identifiers
    verified = [edge_row(each.id, VERIFIED_AT, each.verified_at) for each in shared if each.verified_at is not None]
    moved = [{"id": each.id, "priority": each.priority_after} for each in plan.moved_subscriptions]
    absorbed = [{"id": each.id, "by": each.by} for each in plan.absorbed]
    consents = [consent_row(each.subscription_id, each.after) for each in plan.consents]
    categories = [membership_row(each.subscription_id, each.category_id, each.after) for each in plan.categories]
    raised = [opt_out_row(each) for each in plan.raised_opt_outs]
    parked = [{"id": each.id, "from": each.from_id, "to": plan.loser.id} for each in plan.parked_relations]
    properties = [property_row(each.name, each.after) for each in plan.properties]
    await run_rows(transaction, statements.MOVE_IDENTIFIERS, "ids", plan.moved_identifiers, **both)
    await run_rows(transaction, statements.SHARE_IDENTIFIERS, "ids", [each.id for each in shared], **both)
    await run_rows(transaction, statements.SET_EDGE_PROPERTIES, "rows", verified, profileId=survivor_id)
    await run_rows(transaction, statements.ABSORB_SUBSCRIPTIONS, "rows", absorbed, **both, now=now_ms)
    await run_rows(transaction, statements.MOVE_SUBSCRIPTIONS, "rows", moved, **both)
    await run_rows(transaction, statements.SET_CONSENTS, "rows", consents, now=now_ms)
    await run_rows(transaction, statements.SET_MEMBERSHIPS, "rows", categories)
    await run_rows(transaction, statements.MOVE_OPT_OUTS, "ids", plan.moved_opt_outs, **both)
    await run_rows(transaction, statements.SET_OPT_OUTS, "rows", raised)
    await run_rows(transaction, statements.MOVE_RELATIONS_OUT, "ids", plan.relations_out, **both)
    await run_rows(transaction, statements.MOVE_RELATIONS_IN, "ids", plan.relations_in, **both)
    await run_rows(transaction, statements.HAND_RELATIONS, "rows", parked)
    await run_rows(transaction, statements.SET_PROPERTIES, "rows", properties, id=survivor_id)
    if plan.status is not plan.survivor.status:
        rows = [{"id": survivor_id, "status": plan.status}]
        await transaction.run(profile_status.SET_STATUSES, rows=rows)


def _both(plan: MergePlan) -> dict[str, str]:
    return {"from": plan.loser.id, "into": plan.survivor.id}
