from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.importing import ImportProfileInput, ImportProfilesInput, imported_profile, refuse_increments
from gateway.schema.inputs.problems import Problems
from gateway.schema.mutations.batch import BatchPayload, written_rows
from gateway.schema.mutations.settle import guard, settle
from graph.history.row import RowResult
from graph.idempotency import Done
from graph.importing.profiles import import_profiles
from graph.importing.row import ImportedProfile, ImportTerms


@strawberry.type(description="What became of the people.")
class ImportProfilesPayload(BatchPayload):
    pass


async def resolve(
    info: strawberry.Info[Context], input: Annotated[ImportProfilesInput, INPUT]
) -> ImportProfilesPayload:
    return ImportProfilesPayload.of(await settle(info.context, _import(info.context, input)))


async def _import(context: Context, given: ImportProfilesInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key, needed=True)
    problems.refuse()
    terms = ImportTerms(
        actor=context.viewer.id,
        skip_invalid_subscriptions=given.skip_invalid_subscriptions,
        erased_key=context.keys.addresses,
    )

    async def write(rows: AsyncIterator[ImportedProfile | RowResult]) -> Done:
        kept = guard(context, "importProfiles", given)
        return await import_profiles(context.graph, rows, kept, context.clock.now(), terms)

    def check(index: int, row: ImportProfileInput) -> ImportedProfile:
        checked = imported_profile(index, row, skip_invalid_subscriptions=terms.skip_invalid_subscriptions)
        refuse_increments(checked)
        return checked

    return await written_rows(given.rows, check, write, "rows")
