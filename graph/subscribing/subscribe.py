from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.consent.cause import Cause
from graph.consent.evidence import Evidence
from graph.consent.ledger import LedgerEntry, Subject, record
from graph.consent.opt_out import lift_opt_outs
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.identifiers import IdentifierValue
from graph.ids import IdPrefix, new_id
from graph.people.reference import Person, ProfileReference, locked_person
from graph.people.resolution import touch
from graph.statements import subscriptions as statements
from graph.subscribing.resource import CategoryReference, ResourceFacts, ResourceReference, resource_facts
from graph.vocabulary import ChangeKind, Channel, RowOutcome, SubscriptionStatus, UserErrorCode

# Clocks go wrong; a day covers every time zone that was taken for UTC.
_FUTURE_MS = 24 * 3_600_000
# What somebody complained of, or an address that is dead, is not opened by whoever holds an API key.
_CLOSED = frozenset({SubscriptionStatus.COMPLAINED, SubscriptionStatus.HARD_BOUNCED, SubscriptionStatus.INVALID})


@dataclass(frozen=True, slots=True)
class Subscribe:
    """`priority` 0 is the highest; None puts a new subscription on top and leaves an old one where it is."""

    profile: ProfileReference
    resource: ResourceReference
    channel: Channel
    address: IdentifierValue
    actor: str
    create_profile: bool = True
    categories: tuple[CategoryReference, ...] = ()
    opt_in: Evidence | None = None
    priority: int | None = None
    resubscribe: bool = False


async def subscribe(graph: Graph, command: Subscribe, guard: Guard | None, now_ms: int) -> Done:
    """Connects one address of the person with a resource. The result holds `subscriptionId` and `outcome`.

    A second call finds the first one's subscription (UNCHANGED). Who left comes back only with `resubscribe` and opt-in
    evidence that is newer than the leaving, else Refusal CONSENT_REQUIRED. A complaint or a dead address is final:
    Refusal STATE_NOT_ALLOWED. Other refusals: NOT_FOUND, AMBIGUOUS_MATCH, INVALID where the resource does not use the
    channel or the evidence is more than 24 hours in the future, and what `Resolution.link` says of the address.
    """

    async def work(transaction: Transaction) -> Done:
        return await subscribe_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def subscribe_in(transaction: Transaction, command: Subscribe, now_ms: int) -> Done:
    if command.opt_in is not None and command.opt_in.at_ms > now_ms + _FUTURE_MS:
        raise Refusal(UserError(UserErrorCode.INVALID, "Is more than 24 hours in the future.", ("optIn", "at")))
    resource = await resource_facts(transaction, command.resource)
    if command.channel not in resource.channels:
        raise Refusal(UserError(UserErrorCode.INVALID, f"The resource does not use {command.channel}.", ("address",)))
    categories = [resource.category_id(each, ("categories", str(n))) for n, each in enumerate(command.categories)]
    person = await locked_person(
        transaction, command.profile, now_ms, also=(command.address,), create=command.create_profile
    )
    linked = _linked(person, command.address)
    await person.resolution.write(transaction)
    subscription_id, outcome = await _open(transaction, command, person, resource, now_ms)
    joined = bool(categories) and await transaction.run(
        statements.JOIN, id=subscription_id, categoryIds=sorted(categories), now=now_ms
    )
    if outcome is RowOutcome.UNCHANGED and joined:
        outcome = RowOutcome.UPDATED
    result = {"subscriptionId": subscription_id, "profileId": person.profile_id, "outcome": outcome}
    kinds = [ChangeKind.IDENTIFIER] if linked else []
    if outcome is not RowOutcome.UNCHANGED:
        kinds.append(ChangeKind.SUBSCRIPTION)
    # An address may be linked anew to a person whose subscription at it stayed.
    changed = [person.profile_id] if kinds else []
    return Done(result, await touch(transaction, changed, now_ms, *kinds))


def _linked(person: Person, address: IdentifierValue) -> bool:
    try:
        return person.resolution.link(person.profile_id, [address], "subscribe")
    except Refusal as refusal:
        raise refusal.at("address") from None


async def _open(
    transaction: Transaction, command: Subscribe, person: Person, resource: ResourceFacts, now_ms: int
) -> tuple[str, RowOutcome]:
    identifier_id = person.resolution.identifier_ids[command.address.key]
    key = f"{person.profile_id}:{resource.id}:{command.channel}:{identifier_id}"
    found = await transaction.run(statements.FIND, key=key)
    if found is None or found[1] != SubscriptionStatus.SUBSCRIBED:
        await lift_opt_outs(transaction, person.profile_id, resource.id, command.channel, command.opt_in)
    place = {"profileId": person.profile_id, "resourceId": resource.id, "channel": command.channel, "key": key}
    if found is not None:
        return await _reopen(transaction, command, found, place, now_ms)
    priority = command.priority or 0
    await transaction.run(statements.MAKE_ROOM, priority=priority, **place)
    subscription_id: str = await transaction.run(
        statements.CREATE,
        id=new_id(IdPrefix.SUBSCRIPTION),
        identifierId=identifier_id,
        priority=priority,
        now=now_ms,
        **place,
    )
    await _agree(transaction, command, subscription_id, person.profile_id, None, now_ms)
    return subscription_id, RowOutcome.CREATED


async def _reopen(
    transaction: Transaction, command: Subscribe, found: list[object], place: dict[str, str], now_ms: int
) -> tuple[str, RowOutcome]:
    subscription_id, status, priority = str(found[0]), SubscriptionStatus(str(found[1])), found[2]
    outcome = RowOutcome.UNCHANGED
    if command.priority is not None and command.priority != priority:
        await transaction.run(statements.MAKE_ROOM, priority=command.priority, **place)
        await transaction.run(statements.SET_PRIORITY, id=subscription_id, priority=command.priority)
        outcome = RowOutcome.UPDATED
    if status is not SubscriptionStatus.SUBSCRIBED:
        _require_consent(command, status, found[3])
        await transaction.run(
            statements.SET_STATUS, id=subscription_id, status=SubscriptionStatus.SUBSCRIBED, now=now_ms
        )
        await _agree(transaction, command, subscription_id, place["profileId"], status, now_ms)
        outcome = RowOutcome.UPDATED
    elif command.opt_in is not None and _is_newer(command.opt_in, found[4]):
        await _keep_evidence(transaction, subscription_id, command.opt_in)
        outcome = RowOutcome.UPDATED
    return subscription_id, outcome


def _is_newer(evidence: Evidence, kept_ms: object) -> bool:
    return not isinstance(kept_ms, int) or evidence.at_ms > kept_ms


def _require_consent(command: Subscribe, status: SubscriptionStatus, recorded_ms: object) -> None:
    """`recorded_ms` is when the status was last recorded, None where it never was. Raises Refusal."""
    if status in _CLOSED:
        message = f"This subscription is {status}: subscribe does not open it again."
        raise Refusal(UserError(UserErrorCode.STATE_NOT_ALLOWED, message, ("address",)))
    if not command.resubscribe or command.opt_in is None:
        message = f"This subscription is {status}: it takes resubscribe and optIn evidence to open it again."
        raise Refusal(UserError(UserErrorCode.CONSENT_REQUIRED, message, ("optIn",)))
    if isinstance(recorded_ms, int) and command.opt_in.at_ms <= recorded_ms:
        message = f"This subscription is {status} since then or later: it takes newer consent to open it again."
        raise Refusal(UserError(UserErrorCode.CONSENT_REQUIRED, message, ("optIn", "at")))


async def _agree(
    transaction: Transaction,
    command: Subscribe,
    subscription_id: str,
    profile_id: str,
    before: SubscriptionStatus | None,
    now_ms: int,
) -> None:
    if command.opt_in is not None:
        await _keep_evidence(transaction, subscription_id, command.opt_in)
    entry = LedgerEntry(
        Subject.subscription(subscription_id),
        profile_id,
        before,
        SubscriptionStatus.SUBSCRIBED,
        Cause.SUBSCRIBE,
        command.actor,
        evidence=command.opt_in,
    )
    await record(transaction, [entry], now_ms)


async def _keep_evidence(transaction: Transaction, subscription_id: str, evidence: Evidence) -> None:
    await transaction.run(
        statements.SET_EVIDENCE,
        id=subscription_id,
        at=evidence.at_ms,
        ip=evidence.ip,
        url=evidence.url,
        source=evidence.source or "api",
        wording=evidence.wording,
    )
