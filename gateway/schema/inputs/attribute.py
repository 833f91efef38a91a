from __future__ import annotations

from collections.abc import Sequence

import strawberry
from strawberry import UNSET

from gateway.schema.inputs.fields import key_field, required
from gateway.schema.inputs.problems import Problems
from gateway.schema.scalars import JSON
from graph.people.attribute_change import AttributeChange as Change
from graph.people.attribute_change import AttributeOperation
from graph.people.attribute_definition import MOST_VALUES
from graph.people.attribute_value import LONGEST_TAG, LONGEST_TEXT, MOST_TAGS
from graph.people.facts import MOST_ATTRIBUTES, MOST_CHANGES
from graph.vocabulary import AttributeType, UserErrorCode

CHANGES = (
    "Attributes to change, in this order, after the person is locked: changes at the same time all count. "
    f"At most {MOST_CHANGES} at once; a person may have {MOST_ATTRIBUTES} attributes."
)


@strawberry.input(description="An attribute and a value.")
class AttributeValueInput:
    key: str = required("Which attribute; it must have been defined.")
    value: JSON = required(
        f"STRING: up to {LONGEST_TEXT:,} characters. INTEGER: up to 64 bits. DECIMAL: a string or an integer, never a "
        "float. BOOLEAN. DATE: `2026-01-31`. DATETIME: RFC 3339 with an offset. "
        f"TAGS: a list of up to {MOST_TAGS} strings of up to {LONGEST_TAG} characters, each once. "
        "ENUM: one of the values it was defined with."
    )


@strawberry.input(one_of=True, description="What to do with one attribute: exactly one of these.")
class AttributeChange:
    set: AttributeValueInput | None = strawberry.field(default=UNSET, description="It is this from now on.")
    unset: str | None = strawberry.field(default=UNSET, description="The attribute with this key is taken away.")
    increment: AttributeValueInput | None = strawberry.field(
        default=UNSET, description="Of type INTEGER or DECIMAL: it grows by this, from 0 where it is not there."
    )
    add: AttributeValueInput | None = strawberry.field(
        default=UNSET, description="Of type TAGS: it has this tag, or these tags, too."
    )
    remove: AttributeValueInput | None = strawberry.field(
        default=UNSET, description="Of type TAGS: it does not have this tag, or these tags, any more."
    )


@strawberry.input(description="What an attribute is.")
class DefineAttributeInput:
    key: str = required("What your programs call it: a small letter, then small letters, digits and `_`, 40 at most.")
    type: AttributeType = required("What values it has. It never changes.")
    values: list[str] | None = strawberry.field(
        default=None,
        description=f"Only for ENUM: which values it may have, up to {MOST_VALUES}. Those it had before stay.",
    )
    idempotency_key: str | None = key_field()


def attribute_changes(given: Sequence[AttributeChange] | None, problems: Problems) -> tuple[Change, ...]:
    """The changes as the graph takes them; what their values may be is decided there, by the attributes' types."""
    if given and len(given) > MOST_CHANGES:
        problems.add(UserErrorCode.LIMIT_EXCEEDED, f"At most {MOST_CHANGES} changes.", "attributes")
        return ()
    return tuple(_change(each) for each in given or ())


def _change(given: AttributeChange) -> Change:
    if isinstance(given.unset, str):
        return Change(AttributeOperation.UNSET, given.unset)
    valued = (
        (AttributeOperation.SET, given.set),
        (AttributeOperation.INCREMENT, given.increment),
        (AttributeOperation.ADD, given.add),
        (AttributeOperation.REMOVE, given.remove),
    )
    # Input of this kind holds exactly one of its members; validation sees to it.
    return next(
        Change(operation, each.key, each.value) for operation, each in valued if isinstance(each, AttributeValueInput)
    )
