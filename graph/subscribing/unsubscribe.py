from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph.connection import Graph, Transaction
from graph.consent.cause import Cause
from graph.consent.ending import Ended, Ending, end, locked_standings
from graph.consent.evidence import Evidence, check_not_ahead
from graph.consent.ledger import Subject, record
from graph.consent.opt_out import opt_out_of_channel, opt_out_of_resource
from graph.consent.profile_status import status_of_profile, write_profile_statuses
from graph.consent.said_again import is_said_again
from graph.errors import Raced, Refusal, UserError, told_below
from graph.idempotency import Done, Guard, once
from graph.people.change import ProfileChange
from graph.people.reference import ProfileReference, locked_person
from graph.people.resolve import resolve
from graph.people.touch import touch
from graph.statements import ending as statements
from graph.subscribing.resource import CategoryReference, ResourceReference, resource_facts
from graph.vocabulary import ChangeKind, Channel, SubscriptionStatus, UserErrorCode


@dataclass(frozen=True, slots=True)
class OneCategory:
    """A kind of content, as this subscription gets it; the subscription itself stays."""

    subscription_id: str
    category: CategoryReference


@dataclass(frozen=True, slots=True)
class OneSubscription:
    id: str


@dataclass(frozen=True, slots=True)
class OfMessage:
    """The subscription that this message went to."""

    message_id: str


@dataclass(frozen=True, slots=True)
class AtResource:
    """All of the person's subscriptions at the resource, and those to come."""

    profile: ProfileReference
    resource: ResourceReference


@dataclass(frozen=True, slots=True)
class OnChannel:
    """All of the person's subscriptions on the channel, at whatever resource, and those to come."""

    profile: ProfileReference
    channel: Channel


@dataclass(frozen=True, slots=True)
class Everything:
    """The person as a whole; the subscriptions stay as they are, below a bar."""

    profile: ProfileReference


# What the ledger says that held before, by what was said of a category; where nothing was, its default held.
_BEFORE: Final = {None: None, "JOINED": SubscriptionStatus.SUBSCRIBED, "LEFT": SubscriptionStatus.UNSUBSCRIBED}

Target = OneCategory | OneSubscription | OfMessage | AtResource | OnChannel | Everything


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    target: Target
    actor: str
    reason: str | None = None
    evidence: Evidence | None = None

    def ending(self, profile_id: str) -> Ending:
        return Ending(profile_id, self.actor, reason=self.reason, evidence=self.evidence)


async def unsubscribe(graph: Graph, command: Unsubscribe, guard: Guard | None, now_ms: int) -> Done:
    """Ends what the target says and nothing else. Twice is as good as once; the ledger tells of a later no as well.

    COMPLAINED, HARD_BOUNCED and INVALID are never written over. A resource and a channel are opted out of besides, so
    that a new address does not get round it. The result holds `profileId`, `changed` (ids of subscriptions) and
    `unchangedCount`, how many the target named that had ended before. Raises Refusal NOT_FOUND, AMBIGUOUS_MATCH,
    CATEGORY_MANDATORY, INVALID for evidence of more than 5 minutes ahead.
    """

    async def work(transaction: Transaction) -> Done:
        return await unsubscribe_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def unsubscribe_in(transaction: Transaction, command: Unsubscribe, now_ms: int) -> Done:
    check_not_ahead(command.evidence, now_ms, "evidence")
    match command.target:
        case OneCategory() as target:
            return await _category(transaction, command, target, now_ms)
        case OneSubscription(id=subscription_id):
            return await _subscription(transaction, command, subscription_id, now_ms)
        case OfMessage() as target:
            return await _message(transaction, command, target, now_ms)
        case AtResource() as target:
            return await _resource(transaction, command, target, now_ms)
        case OnChannel() as target:
            return await _channel(transaction, command, target, now_ms)
        case Everything() as target:
            return await _everything(transaction, command, target, now_ms)


async def _category(transaction: Transaction, command: Unsubscribe, target: OneCategory, now_ms: int) -> Done:
    path = ("target", "category")
    profile_id, subscription_id = await _locked_owner(
        transaction, target.subscription_id, now_ms, (*path, "subscription")
    )
    await locked_standings(transaction, [subscription_id])
    found = await transaction.run(
        statements.CATEGORY, id=subscription_id, categoryId=target.category.id, categoryKey=target.category.key
    )
    if found is None:
        message = "The subscription's resource has no such category."
        raise Refusal(UserError(UserErrorCode.NOT_FOUND, message, (*path, "category")))
    category_id, is_mandatory, said, said_at_ms, cause = found
    if is_mandatory:
        message = "This category cannot be left."
        raise Refusal(UserError(UserErrorCode.CATEGORY_MANDATORY, message, (*path, "category")))
    has_left = said == "LEFT"
    if has_left and not is_said_again(cause, said_at_ms, now_ms):
        return _done(profile_id, [], 1)
    leave = statements.LEAVE_CATEGORY_AGAIN if has_left else statements.LEAVE_CATEGORY
    await transaction.run(leave, id=subscription_id, categoryId=category_id, now=now_ms)
    entry = command.ending(profile_id).entry(Subject.category(subscription_id, category_id), _BEFORE[said], Cause.LEAVE)
    await record(transaction, [entry], now_ms)
    changes = await touch(transaction, [profile_id], now_ms, ChangeKind.SUBSCRIPTION)
    return _done(profile_id, [], 1, changes) if has_left else _done(profile_id, [subscription_id], 0, changes)


async def _subscription(transaction: Transaction, command: Unsubscribe, named_id: str, now_ms: int) -> Done:
    profile_id, subscription_id = await _locked_owner(transaction, named_id, now_ms, ("target", "subscription"))
    return await _one(transaction, command.ending(profile_id), subscription_id, now_ms)


async def _message(transaction: Transaction, command: Unsubscribe, target: OfMessage, now_ms: int) -> Done:
    path = ("target", "message")
    named_id = await transaction.run(statements.SUBSCRIPTION_OF_MESSAGE, id=target.message_id)
    if named_id is None:
        raise Refusal(UserError(UserErrorCode.NOT_FOUND, "No such message, or it went to no subscription.", path))
    profile_id, subscription_id = await _locked_owner(transaction, named_id, now_ms, path)
    done = await _one(transaction, command.ending(profile_id), subscription_id, now_ms)
    if done.changes:
        await transaction.run(statements.MARK_MESSAGE, id=target.message_id, now=now_ms)
    return done


async def _resource(transaction: Transaction, command: Unsubscribe, target: AtResource, now_ms: int) -> Done:
    with told_below("target", "resource"):
        resource = await resource_facts(transaction, target.resource)
        profile_id = (await locked_person(transaction, target.profile, now_ms)).profile_id
    ids = await transaction.run(statements.AT_RESOURCE, profileId=profile_id, resourceId=resource.id)
    ending = command.ending(profile_id)
    ended = await end(transaction, dict.fromkeys(ids, ending), now_ms)
    is_new = await opt_out_of_resource(transaction, ending, resource.id, now_ms)
    return await _opted_out(transaction, profile_id, ended, len(ids), now_ms, is_new=is_new)


async def _channel(transaction: Transaction, command: Unsubscribe, target: OnChannel, now_ms: int) -> Done:
    with told_below("target", "channel"):
        profile_id = (await locked_person(transaction, target.profile, now_ms)).profile_id
    ids = await transaction.run(statements.ON_CHANNEL, profileId=profile_id, channel=target.channel)
    ending = command.ending(profile_id)
    ended = await end(transaction, dict.fromkeys(ids, ending), now_ms)
    is_new = await opt_out_of_channel(transaction, ending, target.channel, now_ms)
    return await _opted_out(transaction, profile_id, ended, len(ids), now_ms, is_new=is_new)


async def _everything(transaction: Transaction, command: Unsubscribe, target: Everything, now_ms: int) -> Done:
    with told_below("target", "everything", instead_of=1):
        profile_id = (await locked_person(transaction, target.profile, now_ms)).profile_id
    standing = await status_of_profile(transaction, profile_id)
    entries = command.ending(profile_id).entries(Subject.profile(profile_id), standing, now_ms)
    if not entries:
        return _done(profile_id, [], 0)
    await write_profile_statuses(transaction, entries, now_ms)
    changes = await touch(transaction, [profile_id], now_ms, ChangeKind.PROFILE)
    return _done(profile_id, [], 0, changes)


async def _locked_owner(
    transaction: Transaction, subscription_id: str, now_ms: int, path: tuple[str, ...]
) -> tuple[str, str]:
    """The person, now locked, and the subscription that the named one is today. Raises Refusal, and Raced."""
    found = await transaction.run(statements.OWNER, id=subscription_id)
    if found is None:
        raise Refusal(UserError(UserErrorCode.NOT_FOUND, "No such subscription.", path))
    await resolve(transaction, (), now_ms, [found[0]])
    if await transaction.run(statements.OWNER, id=subscription_id) != found:
        raise Raced("the subscription moved to another profile")
    return str(found[0]), str(found[1])


async def _one(transaction: Transaction, ending: Ending, subscription_id: str, now_ms: int) -> Done:
    ended = await end(transaction, {subscription_id: ending}, now_ms)
    unchanged = 1 - len(ended.changed)
    if not ended.recorded:
        return _done(ending.profile_id, [], unchanged)
    changes = await touch(transaction, [ending.profile_id], now_ms, ChangeKind.SUBSCRIPTION)
    return _done(ending.profile_id, ended.changed, unchanged, changes)


async def _opted_out(
    transaction: Transaction, profile_id: str, ended: Ended, named: int, now_ms: int, *, is_new: bool
) -> Done:
    """`named` is how many the target named. The revision is raised where anything changed."""
    kinds = [ChangeKind.SUBSCRIPTION] if ended.recorded else []
    if is_new:
        kinds.append(ChangeKind.PROFILE)
    changes = await touch(transaction, [profile_id] if kinds else [], now_ms, *kinds)
    return _done(profile_id, ended.changed, named - len(ended.changed), changes)


def _done(profile_id: str, changed: list[str], unchanged: int, changes: tuple[ProfileChange, ...] = ()) -> Done:
    return Done({"profileId": profile_id, "changed": changed, "unchangedCount": unchanged}, changes)
