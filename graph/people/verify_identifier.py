from __future__ import annotations

import json
from dataclasses import dataclass, field

from graph.connection import Graph, Transaction
from graph.consent.evidence import Evidence, check_not_ahead
from graph.errors import Raced, Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.identifiers import IdentifierValue
from graph.merging.automatic import merge_owners_in
from graph.merging.merge import Merged
from graph.merging.settings import MergeSettings
from graph.people.reference import ProfileReference, locked_person
from graph.people.resolve import holders_of
from graph.people.touch import touch
from graph.statements import identifiers as statements
from graph.vocabulary import ChangeKind, RowOutcome, UserErrorCode


@dataclass(frozen=True, slots=True)
class VerifyIdentifier:
    profile: ProfileReference
    identifier: IdentifierValue
    evidence: Evidence
    actor: str
    merging: MergeSettings = field(default_factory=MergeSettings)


async def verify_identifier(graph: Graph, command: VerifyIdentifier, guard: Guard | None, now_ms: int) -> Done:
    """Records that this person was seen to own the value. Others who share it are as verified as they were.

    Where the value is of a type that merges people, and now all who have it verified it, they become one; what a merge
    would refuse leaves them apart.

    The newest evidence is kept, and its time is the time of verification; older or the same leaves the result
    UNCHANGED. The result holds `profileId`, `identifierId` and `outcome`. Raises Refusal as `locked_person` does,
    IDENTIFIER_BLOCKED where the value stands for nobody, NOT_FOUND where the person does not have it, and INVALID where
    the evidence is more than 5 minutes in the future.
    """

    async def work(transaction: Transaction) -> Done:
        return await verify_identifier_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def verify_identifier_in(transaction: Transaction, command: VerifyIdentifier, now_ms: int) -> Done:
    check_not_ahead(command.evidence, now_ms, "evidence")
    holders = await _holders_to_merge(transaction, command)
    person = await locked_person(transaction, command.profile, now_ms, also=(command.identifier,), with_ids=holders)
    try:
        has_it = person.resolution.has(person.profile_id, command.identifier)
    except Refusal as refusal:
        raise refusal.at("identifier") from None
    if not has_it:
        message = "The person does not have this identifier."
        raise Refusal(UserError(UserErrorCode.NOT_FOUND, message, ("identifier",)))
    verified = await transaction.run(
        statements.VERIFY_IDENTIFIER,
        key=command.identifier.key,
        profileId=person.profile_id,
        at=command.evidence.at_ms,
        evidence=_kept(command),
    )
    merged = await _merged(transaction, command, holders, now_ms) if verified else ()
    result = {
        "profileId": merged[-1].survivor_id if merged else person.profile_id,
        "identifierId": person.resolution.identifier_ids[command.identifier.key],
        "outcome": RowOutcome.UPDATED if verified else RowOutcome.UNCHANGED,
    }
    if merged:
        return Done(result, tuple(change for each in merged for change in each.changes))
    changed = [person.profile_id] if verified else []
    return Done(result, await touch(transaction, changed, now_ms, ChangeKind.IDENTIFIER))


async def _holders_to_merge(transaction: Transaction, command: VerifyIdentifier) -> set[str]:
    """Everybody who may become one person by this: they are locked from the start. Mostly there is nobody."""
    settings = command.merging.under(transaction.rules)
    if command.identifier.type not in settings.types:
        return set()
    return await holders_of(transaction.run, command.identifier)


async def _merged(
    transaction: Transaction, command: VerifyIdentifier, holders: set[str], now_ms: int
) -> tuple[Merged, ...]:
    if not holders:
        return ()
    if not await holders_of(transaction.run, command.identifier) <= holders:
        raise Raced("somebody got the value while those who have it were being locked")
    # What stands against a merge does not make the value less verified.
    return await merge_owners_in(
        transaction, command.identifier, command.actor, command.merging, now_ms, is_wanted=False
    )


def _kept(command: VerifyIdentifier) -> str:
    """What stands on the edge beside the time: a text, as an edge holds no objects."""
    given = command.evidence
    parts = {"ip": given.ip, "url": given.url, "source": given.source, "wording": given.wording, "actor": command.actor}
    return json.dumps({name: value for name, value in parts.items() if value is not None})
