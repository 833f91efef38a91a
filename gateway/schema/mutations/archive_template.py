from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.template import ArchiveTemplateInput
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.results import UserError
from gateway.schema.template import Template
from graph.idempotency import Done
from graph.templates.template import archive_template


@strawberry.type(description="The template that is used no more.")
class ArchiveTemplatePayload:
    template: Template | None = described("The template.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[ArchiveTemplateInput, INPUT]
) -> ArchiveTemplatePayload:
    settled = await settle(info.context, _archive(info.context, input))
    return ArchiveTemplatePayload(
        template=refer(settled.value("templateId")), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _archive(context: Context, given: ArchiveTemplateInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    problems.refuse()
    kept = guard(context, "archiveTemplate", given)
    return await archive_template(context.graph, str(given.template), kept, context.clock.now())
