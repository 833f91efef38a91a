from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.connection import Graph, Transaction
from graph.consent.cause import NO_ACTS, Cause
from graph.consent.ledger import LedgerEntry, Subject, record
from graph.errors import Raced, Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.ids import IdPrefix, new_id
from graph.merging.merge import category_status, read_sides, settle_held
from graph.merging.rows import consent_row, edge_row, membership_row, opt_out_row, property_row, run_rows
from graph.merging.settings import MergeSettings
from graph.merging.sides import VERIFIED_AT, HeldOptOut, HeldSubscription, Side, subscription_from_row
from graph.merging.split_plan import Consequences, SplitPlan, plan_split, verified_by_merge
from graph.merging.undo import UndoLog
from graph.people.touch import touch
from graph.statements import merge_sides, merging, profile_status, splitting
from graph.statements.people import LOCK_PROFILES
from graph.vocabulary import ChangeKind, SubscriptionStatus, UserErrorCode

_PATH = ("merge",)


@dataclass(frozen=True, slots=True)
class SplitProfiles:
    merge_id: str
    actor: str


@dataclass(frozen=True, slots=True)
class _Undoing:
    merge_id: str
    survivor_id: str
    loser_id: str
    member_ids: frozenset[str]
    undo: UndoLog


async def split_profiles(
    graph: Graph, command: SplitProfiles, settings: MergeSettings, guard: Guard | None, now_ms: int
) -> Done:
    """Undoes a merge. The result holds `survivorId` and `restoredId`.

    Both get back what they had, and what both had comes back to both; what a person or a provider changed since stays
    as they left it. No trigger starts because of it. Raises Refusal: NOT_FOUND; BLOCKED_BY with the id of a newer merge
    of the same person, which has to be undone first; STATE_NOT_ALLOWED where it was undone before, or erased;
    LIMIT_EXCEEDED where the person has become too large since.
    """

    async def work(transaction: Transaction) -> Done:
        return await split_in(transaction, command, settings, now_ms)

    return await once(graph, guard, now_ms, work)


async def split_in(transaction: Transaction, command: SplitProfiles, settings: MergeSettings, now_ms: int) -> Done:
    """The same inside a transaction that has locked nothing yet."""
    undoing = await _found(transaction, command.merge_id)
    await transaction.run(LOCK_PROFILES, ids=sorted(undoing.member_ids))
    if await _found(transaction, command.merge_id) != undoing:
        raise Raced("the merge changed while its people were being locked")
    most = settings.most_parted
    survivor, restored = await read_sides(transaction, undoing.survivor_id, undoing.loser_id, most, now_ms)
    if max(survivor.most_of_a_kind, restored.most_of_a_kind) > most:
        message = f"The person has more than {most:,} identifiers, subscriptions, opt-outs or relations by now."
        raise Refusal(UserError(UserErrorCode.LIMIT_EXCEEDED, message, _PATH))
    plan = plan_split(undoing.undo, survivor, restored, await _absorbed(transaction, undoing, now_ms), now_ms)
    related = await _write(transaction, undoing, plan, survivor, now_ms)
    await _ledger(transaction, plan.survivor, survivor, command.actor, undoing.merge_id, now_ms)
    await _ledger(transaction, plan.restored, restored, command.actor, undoing.merge_id, now_ms)
    await transaction.run(
        splitting.PART_PROFILES,
        id=undoing.merge_id,
        **_back(undoing),
        memberIds=[each for each in survivor.member_ids if each not in restored.member_ids],
        restored=sorted(restored.member_ids),
        now=now_ms,
    )
    both = {survivor.id, restored.id}
    changes = await touch(transaction, both, now_ms, ChangeKind.SPLIT)
    others = await touch(transaction, related - both, now_ms, ChangeKind.PROFILE)
    return Done({"survivorId": survivor.id, "restoredId": restored.id}, (*changes, *others))


async def _found(transaction: Transaction, merge_id: str) -> _Undoing:
    row: Mapping[str, Any] | None = await transaction.run(splitting.MERGE, id=merge_id)
    if row is None:
        raise Refusal(UserError(UserErrorCode.NOT_FOUND, "No such merge.", _PATH))
    if row["isUndone"] or row["undo"] is None:
        message = "This merge was undone before." if row["isUndone"] else "The person was erased."
        raise Refusal(UserError(UserErrorCode.STATE_NOT_ALLOWED, message, _PATH))
    if row["newestId"] != merge_id:
        raise Refusal(UserError(UserErrorCode.BLOCKED_BY, f"{row['newestId']} is newer: undo it first.", _PATH))
    members = frozenset(row["memberIds"])
    return _Undoing(merge_id, row["survivorId"], row["loserId"], members, UndoLog.from_json(row["undo"]))


async def _absorbed(transaction: Transaction, undoing: _Undoing, now_ms: int) -> dict[str, HeldSubscription]:
    """What comes back from where another one spoke for it, with what ran out since written down."""
    ids = sorted(each.id for each in undoing.undo.absorbed)
    if not ids:
        return {}
    rows = await transaction.run(merge_sides.SUBSCRIPTIONS, ids=ids, noActs=list(NO_ACTS))
    held = [subscription_from_row(row) for row in rows]
    await settle_held(transaction, {undoing.loser_id: held}, now_ms)
    return {each.id: each.settled(now_ms) for each in held}


async def _write(
    transaction: Transaction, undoing: _Undoing, plan: SplitPlan, survivor: Side, now_ms: int
) -> frozenset[str]:
    """Answers with the people to whom a relation came back."""
    back, restored_id = _back(undoing), undoing.loser_id
    await run_rows(transaction, merging.MOVE_IDENTIFIERS, "ids", plan.identifiers_back, **_moving(back))
    await _share(transaction, plan, survivor, restored_id)
    await _subscriptions(transaction, plan, back, restored_id, now_ms)
    await run_rows(transaction, merging.MOVE_OPT_OUTS, "ids", plan.opt_outs_back, **_moving(back))
    times = [opt_out_row(each) for each in plan.opt_out_times]
    await run_rows(transaction, merging.SET_OPT_OUTS, "rows", times)
    copies = [_opt_out_row(each, now_ms) for each in plan.opt_outs_copied]
    await run_rows(transaction, splitting.COPY_OPT_OUTS, "rows", copies, profileId=restored_id)
    await run_rows(transaction, merging.MOVE_RELATIONS_OUT, "ids", plan.relations_out, **_moving(back))
    await run_rows(transaction, merging.MOVE_RELATIONS_IN, "ids", plan.relations_in, **_moving(back))
    properties = [property_row(each.name, each.before) for each in plan.properties]
    await run_rows(transaction, merging.SET_PROPERTIES, "rows", properties, id=survivor.id)
    statuses = [
        {"id": survivor.id, "status": plan.survivor.status},
        {"id": restored_id, "status": plan.restored.status},
    ]
    await transaction.run(profile_status.SET_STATUSES, rows=statuses)
    parked = [{"id": each.id, "from": each.from_id} for each in plan.relations_unparked]
    if not parked:
        return frozenset()
    return frozenset(await transaction.run(splitting.UNPARK_RELATIONS, rows=parked, profileId=restored_id))


async def _share(transaction: Transaction, plan: SplitPlan, survivor: Side, restored_id: str) -> None:
    shared = plan.shared_back
    ids = [each.id for each in shared]
    await run_rows(transaction, splitting.GIVE_SHARED_IDENTIFIERS, "ids", ids, profileId=restored_id)
    edges = [edge_row(each.id, name, value) for each in shared for name, value in each.edge.items()]
    await run_rows(transaction, merging.SET_EDGE_PROPERTIES, "rows", edges, profileId=restored_id)
    unverified = [edge_row(each.id, VERIFIED_AT, None) for each in shared if verified_by_merge(each, survivor)]
    await run_rows(transaction, merging.SET_EDGE_PROPERTIES, "rows", unverified, profileId=survivor.id)


async def _subscriptions(
    transaction: Transaction, plan: SplitPlan, back: Mapping[str, str], restored_id: str, now_ms: int
) -> None:
    moved = [{"id": each, "priority": plan.priorities.get(each)} for each in plan.subscriptions_back]
    await run_rows(transaction, merging.MOVE_SUBSCRIPTIONS, "rows", moved, **_moving(back))
    parted = [{"id": each.id, "isArchived": each.is_archived} for each in plan.parted]
    await run_rows(transaction, splitting.PART_SUBSCRIPTIONS, "rows", parted, profileId=restored_id, now=now_ms)
    sides = (plan.survivor, plan.restored)
    consents = [consent_row(each.subscription_id, each.after) for side in sides for each in side.consents]
    await run_rows(transaction, merging.SET_CONSENTS, "rows", consents, now=now_ms)
    memberships = [
        membership_row(each.subscription_id, each.category_id, each.after)
        for side in sides
        for each in side.memberships
    ]
    await run_rows(transaction, merging.SET_MEMBERSHIPS, "rows", memberships)


async def _ledger(
    transaction: Transaction, given: Consequences, side: Side, actor: str, merge_id: str, now_ms: int
) -> None:
    reason = f"{merge_id} was undone"

    def entry(
        subject: Subject, before: SubscriptionStatus | None, after: SubscriptionStatus, cause: Cause
    ) -> LedgerEntry:
        return LedgerEntry(subject, side.id, before, after, cause, actor, reason=reason)

    entries = []
    if given.status is not side.status:
        entries.append(entry(Subject.profile(side.id), side.status, given.status, given.status_cause))
    for consent in given.consents:
        subject = Subject.subscription(consent.subscription_id)
        entries.append(entry(subject, consent.before.status, consent.after.status, consent.cause))
    defaults = await _defaults(transaction, given)
    for each in given.memberships:
        subject = Subject.category(each.subscription_id, each.category_id)
        before = None if each.before is None else category_status(each.before)
        after = defaults[each.category_id] if each.after is None else category_status(each.after)
        entries.append(entry(subject, before, after, each.cause))
    await record(transaction, entries, now_ms)


async def _defaults(transaction: Transaction, given: Consequences) -> dict[str, SubscriptionStatus]:
    """What holds for a subscription that says nothing of a category."""
    ids = sorted({each.category_id for each in given.memberships})
    if not ids:
        return {}
    joined = await transaction.run(splitting.CATEGORY_DEFAULTS, ids=ids)
    return {
        category_id: SubscriptionStatus.SUBSCRIBED if is_joined else SubscriptionStatus.UNSUBSCRIBED
        for category_id, is_joined in joined
    }


def _opt_out_row(opt_out: HeldOptOut, now_ms: int) -> dict[str, object]:
    is_resource = opt_out.resource_id is not None
    return {
        "id": new_id(IdPrefix.OPT_OUT, now_ms),
        "of": opt_out.id,
        "subject": f":resource:{opt_out.resource_id}" if is_resource else f":channel:{opt_out.channel}",
        "resourceId": opt_out.resource_id,
        "channel": opt_out.channel,
        "since": opt_out.since_ms,
        "lifted": list(opt_out.lifted) or None,
    }


def _back(undoing: _Undoing) -> dict[str, str]:
    return {"from": undoing.loser_id, "into": undoing.survivor_id}


def _moving(back: Mapping[str, str]) -> dict[str, str]:
    """What moved into the survivor moves the other way."""
    return {"from": back["into"], "into": back["from"]}
