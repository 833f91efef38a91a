from __future__ import annotations

import strawberry

from gateway.schema.inputs.fields import key_field, mute_field, required
from gateway.schema.inputs.problems import Problems
from gateway.schema.references import ProfileRef
from gateway.schema.scalars import JSON
from graph.people.relation import MOST_RELATIONS, RELATION_TYPE, Relation

_TYPE_MEANING = "a small letter, then small letters, digits and '_', 40 at most"
_TYPE = "What `to` is to `from`, like `parent`: " + _TYPE_MEANING.replace("'", "`") + "."


@strawberry.input(description="What one person is to another.")
class RelateProfilesInput:
    from_: ProfileRef = strawberry.field(
        name="from", description=f"Whose relation it is. A person may have {MOST_RELATIONS:,}."
    )
    to: ProfileRef = required("Who the other one is.")
    type: str = required(_TYPE)
    properties: JSON | None = strawberry.field(
        default=None, description="Whatever else belongs to it; it takes the place of what was there before."
    )
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="What one person is not to another any more.")
class UnrelateProfilesInput:
    from_: ProfileRef = strawberry.field(name="from", description="Whose relation it is.")
    to: ProfileRef = required("Who the other one is.")
    type: str = required(_TYPE)
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


def relation(given: RelateProfilesInput | UnrelateProfilesInput, problems: Problems) -> Relation:
    return Relation(
        from_=problems.profile(given.from_, "from"),
        to=problems.profile(given.to, "to"),
        type=problems.pattern(given.type, RELATION_TYPE, _TYPE_MEANING, "type"),
    )
