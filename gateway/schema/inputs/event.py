from __future__ import annotations

from decimal import Decimal

import strawberry

from gateway.schema.inputs.attribute import CHANGES, AttributeChange
from gateway.schema.inputs.fields import ROWS, mute_field, required, test_field
from gateway.schema.inputs.late_row import read_late
from gateway.schema.inputs.profile import ProfileFieldsInput
from gateway.schema.references import IdentifierInput, ProductRef
from gateway.schema.scalars import JSON, DateTime

LONGEST_USER_AGENT = 1_000
LONGEST_URL = 2_000
_KEPT = " It is kept among the event's properties, unless those have one of this name."


@strawberry.input(
    description="What a device tells along with an event. It refreshes what is `tracked` of the person, each value by "
    "the newest event that has it, and never what is declared."
)
class EventContextInput:
    ip: str | None = strawberry.field(default=None, description="Where the device was seen.")
    user_agent: str | None = strawberry.field(
        default=None,
        description=f"What the browser calls itself, at most {LONGEST_USER_AGENT:,} characters; browser and operating "
        "system are read from it.",
    )
    url: str | None = strawberry.field(default=None, description="On which page." + _KEPT)
    referrer: str | None = strawberry.field(default=None, description="From which page the person came." + _KEPT)
    locale: str | None = strawberry.field(default=None, description="The device's language, like `en-GB`." + _KEPT)
    timezone: str | None = strawberry.field(default=None, description="The device's IANA time zone.")


@read_late
@strawberry.input(description="Something that somebody did, or that happened to them.")
class EventInput:
    source: str = strawberry.field(default="default", description="The system that it comes from.")
    external_id: str = required("Its id there: the same id again is the same event.")
    identifiers: list[IdentifierInput] = required("Whose it is; an unknown person is made, anonymous if need be.")
    type: str = required(
        "What happened, like `page.viewed`. The products of `product.viewed` and `page.viewed` are what templates call "
        "viewed."
    )
    occurred_at: DateTime = required("When; at most 24 hours from now.")
    value: Decimal | None = strawberry.field(default=None, description="A number that belongs to it.")
    properties: JSON | None = strawberry.field(default=None, description="Whatever else belongs to it.")
    products: list[ProductRef] | None = strawberry.field(default=None, description="What it was about.")
    message: strawberry.ID | None = strawberry.field(default=None, description="The message that brought it about.")
    context: EventContextInput | None = strawberry.field(default=None, description="What the device tells.")
    set: ProfileFieldsInput | None = strawberry.field(default=None, description="Fields of the person to set.")
    attributes: list[AttributeChange] | None = strawberry.field(default=None, description=CHANGES)
    is_test: bool = test_field()


@strawberry.input(description="A batch of events.")
class TrackEventsInput:
    events: list[EventInput] = required(ROWS)
    mute_triggers: bool = mute_field()
    idempotency_key: str = required(
        "Makes it safe to send the same again: for 48 hours the first answer is given, and nothing is done twice."
    )
