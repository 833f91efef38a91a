from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.template import CreateTemplateInput, checked_template
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.results import UserError
from gateway.schema.template import Template
from graph.idempotency import Done
from graph.subscribing.resource import KEY_PATTERN
from graph.templates.template import CreateTemplate, create_template


@strawberry.type(description="The new template.")
class CreateTemplatePayload:
    template: Template | None = described("The template, at version 1.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[CreateTemplateInput, INPUT]
) -> CreateTemplatePayload:
    settled = await settle(info.context, _create(info.context, input))
    return CreateTemplatePayload(
        template=refer(settled.value("templateId")), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _create(context: Context, given: CreateTemplateInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    command = CreateTemplate(
        key=problems.pattern(given.key, KEY_PATTERN, "small letters, digits, '-' and '_', 64 at most", "key"),
        title=problems.text(given.title, "title"),
        checked=await checked_template(context.graph, given.content, problems, "content"),
    )
    problems.refuse()
    return await create_template(context.graph, command, guard(context, "createTemplate", given), context.clock.now())
