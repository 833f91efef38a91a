"""Somebody reported what came to their address as unwanted: for nobody it is used on that channel any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from graph.connection import Graph, Transaction
from graph.consent.cause import Cause
from graph.consent.ending import Ending, end
from graph.consent.evidence import Evidence, check_not_ahead
from graph.consent.suppression import Place, Stop, stop_in
from graph.errors import Raced
from graph.idempotency import Done, Guard, once
from graph.identifiers import IdentifierValue
from graph.people.resolution import Resolution
from graph.people.resolve import holders_of, resolve
from graph.people.touch import touch
from graph.statements import ending as statements
from graph.vocabulary import ChangeKind, Channel, SubscriptionStatus

_SUPPRESSION: Final = "complaint"


@dataclass(frozen=True, slots=True)
class Complaint:
    """`source` is who tells of it, like a provider; `evidence` when and how it was said."""

    address: IdentifierValue
    channel: Channel
    actor: str
    source: str = "provider"
    reason: str | None = None
    evidence: Evidence | None = None

    def ending(self, profile_id: str) -> Ending:
        return Ending(
            profile_id,
            self.actor,
            SubscriptionStatus.COMPLAINED,
            Cause.COMPLAINT,
            self.source,
            self.reason,
            self.evidence,
        )


async def complain(graph: Graph, command: Complaint, guard: Guard | None, now_ms: int) -> Done:
    """Ends every subscription at this address on this channel, whosever it is, and suppresses the address there.

    Which of those who share an address complained is not known, so it counts for all of them, at all resources; other
    channels of a phone number stay. Archived subscriptions count too. The suppression has no end and holds for who
    gets the address later. A second complaint changes nothing. The result holds `changed` (ids of subscriptions) and
    `suppressionId`. Raises Refusal IDENTIFIER_BLOCKED for a value that stands for nobody, INVALID for evidence of more
    than 5 minutes ahead.
    """

    async def work(transaction: Transaction) -> Done:
        return await complain_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def complain_in(transaction: Transaction, command: Complaint, now_ms: int) -> Done:
    """The same inside a transaction that has locked nothing yet."""
    check_not_ahead(command.evidence, now_ms, "evidence")
    resolution, owners = await _locked(transaction, command, now_ms)
    endings = {id_: command.ending(profile_id) for id_, profile_id in owners.items()}
    ended = await end(transaction, endings, now_ms)
    place = Place(resolution.identifier_ids[command.address.key], channel=command.channel)
    suppression_id, is_stopped = await stop_in(transaction, place, Stop(_SUPPRESSION, now_ms))
    told = {owners[id_] for id_ in ended.recorded}
    if is_stopped:
        told |= resolution.people.owners[command.address.key]
    kinds = [ChangeKind.SUBSCRIPTION] if ended.recorded else []
    changes = await touch(transaction, told, now_ms, *kinds, *([ChangeKind.IDENTIFIER] if is_stopped else []))
    return Done({"changed": ended.changed, "suppressionId": suppression_id}, changes)


async def _locked(transaction: Transaction, command: Complaint, now_ms: int) -> tuple[Resolution, Mapping[str, str]]:
    """The address, everybody who has it or a subscription at it, and the owners of these by subscription."""
    owners = await _owners(transaction, command)
    concerned = {*owners.values(), *await holders_of(transaction.run, command.address)}
    resolution = await resolve(transaction, (command.address,), now_ms, concerned)
    resolution.refuse_blocked(command.address)
    after = await _owners(transaction, command)
    if not {*after.values(), *resolution.people.owners[command.address.key]} <= concerned:
        raise Raced("somebody got the address while it was being locked")
    return resolution, after


async def _owners(transaction: Transaction, command: Complaint) -> dict[str, str]:
    return dict(await transaction.run(statements.AT_ADDRESS, key=command.address.key, channel=command.channel))
