from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.template import UpdateTemplateInput, checked_template
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.results import UserError
from gateway.schema.template import Template
from graph.idempotency import Done
from graph.templates.template import UpdateTemplate, update_template


@strawberry.type(description="The template as it is now.")
class UpdateTemplatePayload:
    template: Template | None = described("The template. With new content its version is one more.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[UpdateTemplateInput, INPUT]
) -> UpdateTemplatePayload:
    settled = await settle(info.context, _update(info.context, input))
    return UpdateTemplatePayload(
        template=refer(settled.value("templateId")), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _update(context: Context, given: UpdateTemplateInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    content = given.content
    command = UpdateTemplate(
        template_id=str(given.template),
        title=None if given.title is None else problems.text(given.title, "title"),
        checked=None if content is None else await checked_template(context.graph, content, problems, "content"),
        if_version=given.if_version,
    )
    problems.refuse()
    return await update_template(context.graph, command, guard(context, "updateTemplate", given), context.clock.now())
