from __future__ import annotations

from datetime import date

import strawberry
from strawberry import UNSET

from gateway.schema.enums import publish
from gateway.schema.inputs.attribute import CHANGES, AttributeChange
from gateway.schema.inputs.fields import key_field, mute_field, optional, required, test_field
from gateway.schema.inputs.problems import Problems
from gateway.schema.references import IdentifierInput, ProfileRef
from gateway.schema.scalars import Date
from graph.people.facts import FieldValue
from graph.people.upsert import MatchConflict, UpsertMode
from graph.vocabulary import IdentifierType, Sex

publish(
    UpsertMode,
    "What to do depending on whether the person is known.",
    UPSERT="Change the person, or make one.",
    CREATE="Make a person; TAKEN where one is found.",
    UPDATE="Change the person; NOT_FOUND where there is none.",
)
publish(
    MatchConflict,
    "What to do where the identifiers mean several people, or would give one person what is another's.",
    REFUSE="Change nothing, and say who they are.",
    MERGE="Make one person of them where that is allowed; else MERGE_REFUSED, and nothing is changed.",
)


@strawberry.input(description="A person's own fields. One that is left out stays as it is, null clears it.")
class ProfileFieldsInput:
    first_name: str | None = optional("The given name.")
    last_name: str | None = optional("The family name.")
    birth_date: Date | None = optional("The day of birth.")
    sex: Sex | None = optional("As declared by the person.")
    locale: str | None = optional("Language and region in BCP 47, like `en-GB`.")
    timezone: str | None = optional("An IANA time zone, like `Europe/London`.")
    country: str | None = optional("ISO 3166-1 alpha-2, like `GB`.")
    city: str | None = optional("The town.")


@strawberry.input(description="A person, by any number of identifiers, and what is known of them.")
class UpsertProfileInput:
    identifiers: list[IdentifierInput] = required("Who it is. New ones are added to the person.")
    match_on: list[IdentifierType] | None = strawberry.field(
        default=None, description="Only identifiers of these types decide who it is; the others are just added."
    )
    mode: UpsertMode = strawberry.field(
        default=UpsertMode.UPSERT, description="Whether a person may be made, or changed, or both."
    )
    on_conflict: MatchConflict = strawberry.field(
        default=MatchConflict.REFUSE, description="What to do where the identifiers mean several people."
    )
    set: ProfileFieldsInput | None = strawberry.field(default=None, description="Fields to set.")
    attributes: list[AttributeChange] | None = strawberry.field(default=None, description=CHANGES)
    is_test: bool = test_field()
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


@strawberry.input(description="A person who is there, and what is to change.")
class UpdateProfileInput:
    profile: ProfileRef = required("Whom.")
    if_revision: int | None = strawberry.field(
        default=None,
        description="Only where the person's `revision` is still this; REVISION_CHANGED where it is not.",
    )
    set: ProfileFieldsInput | None = strawberry.field(default=None, description="Fields to set.")
    attributes: list[AttributeChange] | None = strawberry.field(default=None, description=CHANGES)
    mute_triggers: bool = mute_field()
    idempotency_key: str | None = key_field()


def profile_fields(given: ProfileFieldsInput | None, problems: Problems) -> dict[str, FieldValue]:
    """The graph's properties by name, for what was given; None clears."""
    if given is None:
        return {}
    values: dict[str, FieldValue] = {}
    for name, value in (("firstName", given.first_name), ("lastName", given.last_name), ("city", given.city)):
        if value is not UNSET:
            values[name] = None if value is None else problems.text(value, "set", name)
    if given.birth_date is not UNSET:
        values["birthDate"] = None if given.birth_date is None else date.fromisoformat(given.birth_date)
    if given.sex is not UNSET:
        values["sex"] = given.sex
    for name, value, check in (
        ("locale", given.locale, problems.locale),
        ("timezone", given.timezone, problems.timezone),
        ("country", given.country, problems.country),
    ):
        if value is not UNSET:
            values[name] = None if value is None else check(value, "set", name)
    return values
