from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.consent.cause import Cause
from graph.consent.evidence import Evidence, check_not_ahead
from graph.consent.ledger import LedgerEntry, Subject, record
from graph.consent.running_out import Standing
from graph.consent.said_again import is_nobodys_word
from graph.consent.strictness import widens
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.people.reference import ProfileReference, locked_person
from graph.people.touch import touch
from graph.statements import profile_status as statements
from graph.vocabulary import ChangeKind, SubscriptionStatus, UserErrorCode


@dataclass(frozen=True, slots=True)
class SetProfileStatus:
    profile: ProfileReference
    status: SubscriptionStatus
    actor: str
    evidence: Evidence | None = None
    reason: str | None = None


async def set_profile_status(graph: Graph, command: SetProfileStatus, guard: Guard | None, now_ms: int) -> Done:
    """Sets the bar above all of a person's subscriptions, which stay as they are. The result holds `profileId`.

    The status that it is already changes nothing, unless a merge made it so and nobody said it yet. One that allows
    more than the present one takes evidence that is newer than the present one's record, else Refusal CONSENT_REQUIRED.
    Other refusals: NOT_FOUND, AMBIGUOUS_MATCH, INVALID for evidence of more than 5 minutes ahead.
    """

    async def work(transaction: Transaction) -> Done:
        return await set_profile_status_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def set_profile_status_in(transaction: Transaction, command: SetProfileStatus, now_ms: int) -> Done:
    check_not_ahead(command.evidence, now_ms, "evidence")
    person = await locked_person(transaction, command.profile, now_ms)
    result = {"profileId": person.profile_id}
    standing = await status_of_profile(transaction, person.profile_id)
    before = standing.status
    if before is command.status and not is_nobodys_word(before, standing.recorded_cause):
        return Done(result)
    if widens(before, command.status):
        _require_consent(command.evidence, standing.recorded_at_ms)
    entry = LedgerEntry(
        Subject.profile(person.profile_id),
        person.profile_id,
        before,
        command.status,
        Cause.STATUS_SET,
        command.actor,
        reason=command.reason,
        evidence=command.evidence,
    )
    await write_profile_statuses(transaction, [entry], now_ms)
    return Done(result, await touch(transaction, [person.profile_id], now_ms, ChangeKind.PROFILE))


async def status_of_profile(transaction: Transaction, profile_id: str) -> Standing:
    """The caller holds the person's lock."""
    status, recorded_ms, cause = await transaction.run(statements.STATUS, id=profile_id)
    return Standing(SubscriptionStatus(status), recorded_at_ms=recorded_ms, recorded_cause=cause)


async def write_profile_statuses(transaction: Transaction, entries: Sequence[LedgerEntry], now_ms: int) -> None:
    """Writes what the entries say, in their order, and records it; the caller raises the revisions."""
    if entries:
        rows = [{"id": each.subject.node_id, "status": each.to_status} for each in entries]
        await transaction.run(statements.SET_STATUSES, rows=rows)
        await record(transaction, entries, now_ms)


def _require_consent(evidence: Evidence | None, recorded_ms: int | None) -> None:
    if evidence is None:
        message = "This allows more than before: it takes evidence that the person agrees."
        raise Refusal(UserError(UserErrorCode.CONSENT_REQUIRED, message, ("evidence",)))
    if recorded_ms is not None and evidence.at_ms <= recorded_ms:
        message = "The present status is from then or later: it takes newer evidence to allow more."
        raise Refusal(UserError(UserErrorCode.CONSENT_REQUIRED, message, ("evidence", "at")))
