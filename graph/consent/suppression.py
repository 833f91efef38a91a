"""Addresses and domains that nobody writes to, whoever has them."""

from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.errors import Raced, Refusal, UserError, told_below
from graph.idempotency import Done, Guard, once
from graph.identifiers import IdentifierValue
from graph.ids import IdPrefix, new_id
from graph.people.resolution import Resolution
from graph.people.resolve import holders_of, resolve
from graph.people.touch import touch
from graph.statements import people as people_statements
from graph.statements import suppressions as statements
from graph.subscribing.resource import ResourceReference, resource_facts
from graph.vocabulary import ChangeKind, Channel, SuppressionKind, UserErrorCode


@dataclass(frozen=True, slots=True)
class SuppressionTarget:
    """An address or a domain, one of the two; of everything, or of one resource, one channel, or one channel of one."""

    address: IdentifierValue | None = None
    domain: str | None = None
    resource: ResourceReference | None = None
    channel: Channel | None = None


@dataclass(frozen=True, slots=True)
class Suppress:
    """`until_ms` is when it ends, None for never."""

    target: SuppressionTarget
    reason: str
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Unsuppress:
    """One of the two."""

    suppression_id: str | None = None
    target: SuppressionTarget | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """What a suppression says. Times are epoch milliseconds."""

    reason: str
    since_ms: int
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What is stopped, one of the first two, and where; None is everywhere."""

    identifier_id: str | None = None
    domain: str | None = None
    resource_id: str | None = None
    channel: Channel | None = None

    @property
    def key(self) -> str:
        return suppression_key(self.identifier_id or str(self.domain), self.resource_id, self.channel)


def suppression_key(stopped: str, resource_id: str | None, channel: Channel | None) -> str:
    """`stopped` is the id of an identifier, or a domain."""
    return f"{stopped}:{resource_id or ''}:{channel or ''}"


def renewed(present: Stop | None, given: Stop) -> Stop:
    """What it says after it was said again, `given.since_ms` being now: never ends sooner than it did.

    One that is over by now begins anew.
    """
    if present is None or (present.until_ms is not None and present.until_ms <= given.since_ms):
        return given
    ends = (present.until_ms, given.until_ms)
    until_ms = None if None in ends else max(each for each in ends if each is not None)
    return Stop(given.reason, present.since_ms, until_ms)


async def suppress(graph: Graph, command: Suppress, guard: Guard | None, now_ms: int) -> Done:
    """Nobody is written to at this address or domain from now on, whoever has it now or gets it later.

    Said again it only ends later than before, never sooner; the last reason stays. The result holds `suppressionId`.
    Raises Refusal NOT_FOUND for an unknown resource, INVALID for an end that is over.
    """

    async def work(transaction: Transaction) -> Done:
        return await suppress_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def suppress_in(transaction: Transaction, command: Suppress, now_ms: int) -> Done:
    if command.until_ms is not None and command.until_ms <= now_ms:
        raise Refusal(UserError(UserErrorCode.INVALID, "Is over already.", ("until",)))
    target = command.target
    resource_id = await _resource_id(transaction, target)
    resolution = None if target.address is None else await _locked(transaction, target.address, now_ms)
    place = Place(_identifier_id(resolution, target), target.domain, resource_id, target.channel)
    suppression_id, is_changed = await stop_in(transaction, place, Stop(command.reason, now_ms, command.until_ms))
    if not is_changed:
        return Done({"suppressionId": suppression_id})
    owners = resolution.people.owners[target.address.key] if resolution and target.address else ()
    changes = await touch(transaction, owners, now_ms, ChangeKind.IDENTIFIER)
    return Done({"suppressionId": suppression_id}, changes)


async def stop_in(transaction: Transaction, place: Place, given: Stop) -> tuple[str, bool]:
    """Writes a suppression that begins now; answers with its id and whether that said anything new.

    The caller holds the locks of the address and of everybody who has it, and raises their revisions.
    """
    present, suppression_id = await _claimed(transaction, place, given.since_ms)
    stop = renewed(present, given)
    if stop == present:
        return suppression_id, False
    await transaction.run(
        statements.WRITE,
        key=place.key,
        domain=place.domain,
        resourceId=place.resource_id,
        channel=place.channel,
        identifierId=place.identifier_id,
        reason=stop.reason,
        since=stop.since_ms,
        until=stop.until_ms,
    )
    return suppression_id, True


async def _locked(transaction: Transaction, address: IdentifierValue, now_ms: int) -> Resolution:
    """The address and everybody who has it: all of them are told. Raises Refusal IDENTIFIER_BLOCKED for nobody's."""
    holders = await holders_of(transaction.run, address)
    resolution = await resolve(transaction, (address,), now_ms, holders)
    with told_below("target", "address", instead_of=2):
        resolution.refuse_blocked(address)
    if not resolution.people.owners[address.key] <= holders:
        raise Raced("somebody got the address while it was being locked")
    return resolution


async def unsuppress(graph: Graph, command: Unsuppress, guard: Guard | None, now_ms: int) -> Done:
    """Takes a suppression away; statuses stay as they are. Twice is as good as once.

    The result holds `suppressionId`, None where there was nothing. Raises Refusal NOT_FOUND for an unknown resource.
    """

    async def work(transaction: Transaction) -> Done:
        return await unsuppress_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def unsuppress_in(transaction: Transaction, command: Unsuppress, now_ms: int) -> Done:
    suppression_id = command.suppression_id
    if command.target is not None:
        suppression_id = await _id_of(transaction, command.target)
    found = await transaction.run(statements.OWNERS, id=suppression_id)
    if found is None:
        return Done({"suppressionId": None})
    owners = [str(each) for each in found]
    await transaction.run(people_statements.LOCK_PROFILES, ids=owners)
    identifier_key = await transaction.run(statements.LOCK_STOPPED, id=suppression_id)
    if await transaction.run(statements.OWNERS, id=suppression_id) != found:
        raise Raced("the suppressed address changed hands")
    await transaction.run(statements.DELETE, id=suppression_id)
    if identifier_key is not None:
        # It may have been there for this alone.
        await transaction.run(people_statements.FORGET_UNUSED_IDENTIFIERS, keys=[identifier_key])
    changes = await touch(transaction, owners, now_ms, ChangeKind.IDENTIFIER)
    return Done({"suppressionId": suppression_id}, changes)


async def _claimed(transaction: Transaction, place: Place, now_ms: int) -> tuple[Stop | None, str]:
    """The suppression's lock, what it says so far, and its id."""
    kind = SuppressionKind.DOMAIN if place.identifier_id is None else SuppressionKind.ADDRESS
    suppression_id, since_ms, until_ms, reason = await transaction.run(
        statements.CLAIM, key=place.key, id=new_id(IdPrefix.SUPPRESSION, now_ms), kind=kind
    )
    return (None if since_ms is None else Stop(reason, since_ms, until_ms)), suppression_id


async def _resource_id(transaction: Transaction, target: SuppressionTarget) -> str | None:
    if target.resource is None:
        return None
    with told_below("target"):
        return (await resource_facts(transaction, target.resource)).id


def _identifier_id(resolution: Resolution | None, target: SuppressionTarget) -> str | None:
    return None if resolution is None or target.address is None else resolution.identifier_ids[target.address.key]


async def _id_of(transaction: Transaction, target: SuppressionTarget) -> str | None:
    resource_id = await _resource_id(transaction, target)
    stopped = target.domain
    if target.address is not None:
        stopped = await transaction.run(statements.ID_OF_IDENTIFIER, key=target.address.key)
    if stopped is None:
        return None
    key = suppression_key(stopped, resource_id, target.channel)
    found: str | None = await transaction.run(statements.ID_BY_KEY, key=key)
    return found
