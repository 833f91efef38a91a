from __future__ import annotations

import strawberry

from gateway.imports.people_list import ListForm
from gateway.schema.inputs.fields import key_field, required
from graph.vocabulary import ImportFormat


@strawberry.input(description="What a column of a list means.")
class ColumnMappingInput:
    column: str = required("The name of the column, as in the first line.")
    target: str = required(
        "What it means: an identifier like `email`, `phone` or `external:crm`; `first_name`, `last_name`, "
        "`birth_date`, `sex`, `locale`, `timezone`, `country` or `city`; `attribute:KEY`; `status`; "
        "`subscription:RESOURCE:CHANNEL` for an address, with `:status`, `:opt_in_at`, `:opt_in_ip`, `:opt_in_url`, "
        "`:opt_in_source`, `:opt_in_wording`, `:priority`, `:categories` or `:consent_expires_at` behind it for what "
        "else is known; or `-`, which leaves the column out."
    )


@strawberry.input(description="A list of people that a worker is to take over. Imports start no workflow.")
class StartImportInput:
    format: ImportFormat = required("How the list is written down.")
    content: str = required(
        "The list itself, in a body of at most 256 kB, or 16 MB with the right `bulk`. It is kept until its rows are "
        "dealt with."
    )
    mapping: list[ColumnMappingInput] | None = strawberry.field(
        default=None,
        description="Of CSV what the columns mean, where their names do not say it; one column may mean several "
        "things. A column that means nothing known refuses the list.",
    )
    resource: str | None = strawberry.field(
        default=None,
        description="Of CSV the key of the resource that is meant by a subscription which names none, as in "
        "`subscription::EMAIL:status`.",
    )
    source: str = strawberry.field(
        default="import", description="Where links and the consent history say that it is from."
    )
    is_test: bool = strawberry.field(default=False, description="True keeps new people out of reports and segments.")
    skip_invalid_subscriptions: bool = strawberry.field(
        default=False,
        description="Leaves out a subscription that cannot be and keeps the rest; otherwise such a row is refused.",
    )
    idempotency_key: str | None = key_field()


def list_form(given: StartImportInput) -> ListForm:
    assigned = [(each.column.strip(), each.target.strip()) for each in given.mapping or ()]
    return ListForm(given.format, assigned, given.resource)
