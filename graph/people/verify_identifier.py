from __future__ import annotations

import json
from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.consent.evidence import Evidence
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.identifiers import IdentifierValue
from graph.people.reference import ProfileReference, locked_person
from graph.people.resolution import touch
from graph.statements import identifiers as statements
from graph.vocabulary import ChangeKind, RowOutcome, UserErrorCode

# Clocks go wrong; a day covers every time zone that was taken for UTC.
_FUTURE_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class VerifyIdentifier:
    profile: ProfileReference
    identifier: IdentifierValue
    evidence: Evidence
    actor: str


async def verify_identifier(graph: Graph, command: VerifyIdentifier, guard: Guard | None, now_ms: int) -> Done:
    """Records that this person was seen to own the value. Others who share it stay as they are.

    The newest evidence is kept, and its time is the time of verification; older or the same leaves the result
    UNCHANGED. The result holds `profileId`, `identifierId` and `outcome`. Raises Refusal as `locked_person` does,
    IDENTIFIER_BLOCKED where the value stands for nobody, NOT_FOUND where the person does not have it, and INVALID where
    the evidence is more than 24 hours in the future.
    """

    async def work(transaction: Transaction) -> Done:
        return await verify_identifier_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def verify_identifier_in(transaction: Transaction, command: VerifyIdentifier, now_ms: int) -> Done:
    if command.evidence.at_ms > now_ms + _FUTURE_MS:
        raise Refusal(UserError(UserErrorCode.INVALID, "Is more than 24 hours in the future.", ("evidence", "at")))
    person = await locked_person(transaction, command.profile, now_ms, also=(command.identifier,))
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
    result = {
        "profileId": person.profile_id,
        "identifierId": person.resolution.identifier_ids[command.identifier.key],
        "outcome": RowOutcome.UPDATED if verified else RowOutcome.UNCHANGED,
    }
    changed = [person.profile_id] if verified else []
    return Done(result, await touch(transaction, changed, now_ms, ChangeKind.IDENTIFIER))


def _kept(command: VerifyIdentifier) -> str:
    """What stands on the edge beside the time: a text, as an edge holds no objects."""
    given = command.evidence
    parts = {"ip": given.ip, "url": given.url, "source": given.source, "wording": given.wording, "actor": command.actor}
    return json.dumps({name: value for name, value in parts.items() if value is not None})
