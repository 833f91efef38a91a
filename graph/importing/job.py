from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from graph.connection import Graph, Transaction
from graph.history.row import ROWS_PER_TRANSACTION, RowResult, summary
from graph.idempotency import Done, Guard, once, patiently
from graph.ids import IdPrefix, new_id
from graph.importing.profiles import import_profiles_in
from graph.importing.row import ImportedProfile, ImportTerms
from graph.importing.stored_row import rows_from_text, rows_to_text
from graph.people.change import ProfileChange
from graph.statements import jobs as statements
from graph.vocabulary import ImportFormat, JobState

# Of a list that is wrong in every row nobody reads more; the summary counts all.
MOST_REJECTS: Final = 1_000
# A part is written within 20 s or not at all, so that a lease that ran out belongs to nobody who still writes.
LEASE_MS: Final = 60_000

_PART_TIMEOUT_MS = 20_000
_OVER = frozenset({JobState.DONE, JobState.FAILED})
# A part that fails so often will fail for ever.
_MOST_FAILURES = 5


@dataclass(frozen=True, slots=True)
class NewJob:
    """A list that was read: the rows to write, and those that were refused already."""

    format: ImportFormat
    rows: Sequence[ImportedProfile]
    wrong: Sequence[RowResult]
    terms: ImportTerms


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A job that only the holder of `token` works at, as long as each step renews the lease."""

    id: str
    token: str
    revision: int
    terms: ImportTerms = field(repr=False)


@dataclass(frozen=True, slots=True)
class JobStep:
    """`revision` is the job's, None where it is held no more. `changes` are the people that the step touched."""

    revision: int | None
    is_over: bool
    changes: tuple[ProfileChange, ...] = ()


@dataclass(frozen=True, slots=True)
class JobStanding:
    revision: int
    is_over: bool


async def job_standing(graph: Graph, job_id: str) -> JobStanding | None:
    """None for an id that no job has."""
    found = await graph.read(statements.STANDING, id=job_id)
    return None if found is None else JobStanding(found[0], is_over=JobState(found[1]) in _OVER)


async def start_job(graph: Graph, job: NewJob, guard: Guard | None, now_ms: int) -> Done:
    """Puts the rows down for a worker; the result holds `jobId`. Twice under one key is one job.

    Raises Refusal as `once` does.
    """

    async def work(transaction: Transaction) -> Done:
        return await start_job_in(transaction, job, now_ms)

    return await once(graph, guard, now_ms, work)


async def start_job_in(transaction: Transaction, job: NewJob, now_ms: int) -> Done:
    job_id = new_id(IdPrefix.JOB)
    await transaction.run(
        statements.CREATE_JOB,
        id=job_id,
        state=JobState.QUEUED,
        format=job.format,
        actor=job.terms.actor,
        source=job.terms.source,
        skipsInvalid=job.terms.skip_invalid_subscriptions,
        total=len(job.rows) + len(job.wrong),
        refused=len(job.wrong),
        now=now_ms,
    )
    for start in range(0, len(job.rows), ROWS_PER_TRANSACTION):
        text = rows_to_text([*job.rows[start : start + ROWS_PER_TRANSACTION]])
        await transaction.run(statements.ADD_PARTS, id=job_id, parts=[[start // ROWS_PER_TRANSACTION, text]])
    await _add_rejects(transaction, job_id, job.wrong[:MOST_REJECTS])
    return Done({"jobId": job_id})


async def claim_job(graph: Graph, worker: str, erased_key: bytes, lease_ms: int = LEASE_MS) -> HeldJob | None:
    """The oldest job that nobody works at; None where there is none. Any number may race.

    The lease is measured by the database's clock. `erased_key` keys the hashes of erased addresses.
    """
    token = f"{worker}/{secrets.token_hex(8)}"
    found = await graph.change(statements.CLAIM_JOB, token=token, running=JobState.RUNNING, leaseMs=lease_ms)
    if found is None:
        return None
    job_id, revision, actor, source, skips_invalid = found
    return HeldJob(job_id, token, revision, ImportTerms(actor, source, skips_invalid, erased_key))


async def take_step(graph: Graph, job: HeldJob, now_ms: int, lease_ms: int = LEASE_MS) -> JobStep:
    """Writes the next 500 rows and what became of them in one transaction, or ends the job where none are left.

    A process that dies leaves the step done or not done, and whoever claims the job next goes on behind it. Raises
    GraphError: after UnknownCommit the next step finds out by itself whether this one happened.
    """

    async def work(transaction: Transaction) -> JobStep:
        return await _step(transaction, job, now_ms, lease_ms)

    return await patiently(partial(graph.write, work, _PART_TIMEOUT_MS))


async def record_failure(graph: Graph, job: HeldJob, now_ms: int) -> JobStep:
    """Counts a step that could not be done; a job that had five of them in a row is FAILED, and what is left goes."""

    async def work(transaction: Transaction) -> JobStep:
        failures = await transaction.run(statements.RECORD_FAILURE, id=job.id, token=job.token)
        if failures is None:
            return JobStep(None, is_over=True)
        if failures < _MOST_FAILURES:
            return JobStep(None, is_over=False)
        await transaction.run(statements.DROP_PARTS, id=job.id)
        return await _ended(transaction, job, JobState.FAILED, now_ms)

    return await graph.write(work)


async def release_job(graph: Graph, job: HeldJob) -> None:
    """Lets another process go on at once. Harmless where the job is held no more."""
    await graph.change(statements.RELEASE_JOB, id=job.id, token=job.token)


async def _step(transaction: Transaction, job: HeldJob, now_ms: int, lease_ms: int) -> JobStep:
    held = await transaction.run(statements.NEXT_PART, id=job.id, token=job.token, leaseMs=lease_ms)
    if held is None:
        return JobStep(None, is_over=True)
    told_before, parts = held
    if not parts:
        return await _ended(transaction, job, JobState.DONE, now_ms)
    seq, text = parts[0]
    results, changes = await import_profiles_in(transaction, rows_from_text(text), job.terms, now_ms)
    await transaction.run(statements.DROP_PART, id=job.id, seq=seq)
    # Also of rows that were kept, where something of them was left out.
    told = sorted((each for each in results if each.user_errors), key=lambda each: each.index)
    await _add_rejects(transaction, job.id, told[: max(0, MOST_REJECTS - told_before)])
    counts = summary(results)
    revision = await transaction.run(
        statements.RECORD_PROGRESS,
        id=job.id,
        received=counts.received,
        created=counts.created,
        updated=counts.updated,
        unchanged=counts.unchanged,
        refused=counts.refused,
        now=now_ms,
    )
    return JobStep(revision, is_over=False, changes=changes)


async def _ended(transaction: Transaction, job: HeldJob, state: JobState, now_ms: int) -> JobStep:
    revision = await transaction.run(statements.END_JOB, id=job.id, state=state, now=now_ms)
    return JobStep(revision, is_over=True)


async def _add_rejects(transaction: Transaction, job_id: str, rejects: Iterable[RowResult]) -> None:
    rows = [_reject(job_id, each) for each in rejects]
    if rows:
        await transaction.run(statements.ADD_REJECTS, id=job_id, rejects=rows)


def _reject(job_id: str, result: RowResult) -> dict[str, Any]:
    errors = [
        {
            "position": position,
            "code": error.code,
            "message": error.message,
            "field": None if error.field is None else list(error.field),
        }
        for position, error in enumerate(result.user_errors)
    ]
    return {
        "key": f"{job_id}:{result.index:09}",
        "index": result.index,
        "outcome": result.outcome,
        "errors": errors,
    }
