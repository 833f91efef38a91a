from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated

import strawberry

from gateway.imports.errors import ImportRefused, WrongMapping
from gateway.imports.given_row import RowRules
from gateway.imports.people_list import attribute_types, people_rows
from gateway.imports.people_rows import PeopleRow, lines_of_text
from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.start_import import StartImportInput, list_form
from gateway.schema.job import Job
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.results import UserError
from graph.errors import Refusal
from graph.errors import UserError as GraphUserError
from graph.history.row import RowResult
from graph.idempotency import Done
from graph.importing.job import NewJob, start_job
from graph.importing.row import ImportedProfile, ImportTerms
from graph.vocabulary import UserErrorCode


@strawberry.type(description="What takes the list over.")
class StartImportPayload:
    job: Job | None = described("The job, which `jobChanged` shows live.")
    user_errors: list[UserError] = described(
        "What is wrong with the list as a whole; then nothing was started. Wrong rows are among the rejects of the job."
    )
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(info: strawberry.Info[Context], input: Annotated[StartImportInput, INPUT]) -> StartImportPayload:
    settled = await settle(info.context, _start(info.context, input))
    return StartImportPayload(
        job=refer(settled.value("jobId")), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _start(context: Context, given: StartImportInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    source = problems.text(given.source, "source")
    problems.refuse()
    rows = await _rows(context, given)
    good = [replace(row, is_test=row.is_test or given.is_test) for row in rows if isinstance(row, ImportedProfile)]
    wrong = [row for row in rows if isinstance(row, RowResult)]
    # Who was erased the worker asks, at the time when it writes.
    terms = ImportTerms(context.viewer.id, source, given.skip_invalid_subscriptions)
    job = NewJob(given.format, good, wrong, terms)
    return await start_job(context.graph, job, guard(context, "startImport", given), context.clock.now())


async def _rows(context: Context, given: StartImportInput) -> list[PeopleRow]:
    """Reading a long list takes its time, in which others are to be answered."""
    lines, rules = lines_of_text(given.content), RowRules(given.skip_invalid_subscriptions)
    try:
        rows = await people_rows(lines, list_form(given), rules, attribute_types(context.graph))
    except ImportRefused as refused:
        field = "mapping" if isinstance(refused, WrongMapping) else "content"
        raise Refusal(GraphUserError(UserErrorCode.INVALID, f"The list cannot be read: {refused}.", (field,))) from None
    return await asyncio.to_thread(list, rows)
