from __future__ import annotations

from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.whole_person import ExportProfileInput
from gateway.schema.mutations.settle import settle
from gateway.schema.results import UserError
from gateway.schema.scalars import JSON
from graph.exporting.export import export_document
from graph.idempotency import Done

# Some megabytes of JSON; whoever has more gets a file from the command.
_MOST_ENTRIES = 10_000


@strawberry.type(description="Everything that is known of one person.")
class ExportProfilePayload:
    document: JSON | None = described(
        "Fields, identifiers, subscriptions, consents, events, purchases, messages, merges, each by its name. "
        f"With more than {_MOST_ENTRIES:,} entries the user error is LIMIT_EXCEEDED: the command `customer-graph "
        "export` writes any number."
    )
    user_errors: list[UserError] = described("What is wrong with the input.")
    replayed: bool = described("Always false: what is known is read anew every time.")


async def resolve(info: strawberry.Info[Context], input: Annotated[ExportProfileInput, INPUT]) -> ExportProfilePayload:
    settled = await settle(info.context, _export(info.context, input))
    return ExportProfilePayload(
        document=settled.value("document"), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _export(context: Context, given: ExportProfileInput) -> Done:
    problems = Problems()
    profile = problems.profile(given.profile, "profile")
    problems.refuse()
    return Done({"document": await export_document(context.graph, profile, _MOST_ENTRIES)})
