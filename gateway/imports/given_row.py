from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import strawberry
from graphql import GraphQLError, GraphQLInputObjectType, GraphQLInputType, Undefined
from graphql.utilities import coerce_input_value
from graphql.utilities.validate_input_value import validate_input_value
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.schema.config import StrawberryConfig

from gateway.imports.status_number import status_of
from gateway.schema.inputs.importing import ImportProfileInput, imported_profile, refuse_increments
from gateway.schema.inputs.late_row import made
from gateway.schema.scalars import SCALARS
from graph.errors import Refusal, UserError
from graph.importing.row import ImportedProfile
from graph.vocabulary import UserErrorCode

_MOST_ERRORS = 20
_OUR_WORDS = ("DateTime ", "Date ", "JSON must be a ", "JSON holds ", "JSON may have ")
_LACKING = re.compile(r"to include required field '(\w+)', found")


@dataclass(frozen=True, slots=True)
class RowRules:
    """What of a row depends on who takes it.

    Where a file may be taken twice, as by a command that was stopped, `allows_increments` must be False: they would
    count twice.
    """

    skip_invalid_subscriptions: bool = False
    allows_increments: bool = True


def checked_row(index: int, given: object, rules: RowRules) -> ImportedProfile:
    """A row as `importProfiles` takes it, with statuses also as numbers; `given` is any JSON.

    Raises Refusal with what is wrong with it; its texts quote no value.
    """
    if not isinstance(given, dict):
        raise Refusal(UserError(UserErrorCode.INVALID, "Must be a JSON object."))
    row = imported_profile(
        index, _input(_with_words(given)), skip_invalid_subscriptions=rules.skip_invalid_subscriptions
    )
    if not rules.allows_increments:
        refuse_increments(row)
    return row


def _with_words(given: dict[str, Any]) -> dict[str, Any]:
    """Statuses as the API spells them."""
    row = dict(given)
    if row.get("status") is not None:
        row["status"] = status_of(row["status"], "status").value
    subscriptions = row.get("subscriptions")
    if isinstance(subscriptions, list):
        row["subscriptions"] = [_subscription_with_word(each, position) for position, each in enumerate(subscriptions)]
    return row


def _subscription_with_word(given: object, position: int) -> object:
    if not isinstance(given, dict) or given.get("status") is None:
        return given
    return {**given, "status": status_of(given["status"], "subscriptions", str(position), "status").value}


def _input(given: dict[str, Any]) -> ImportProfileInput:
    type_ = _type()
    try:
        coerced = coerce_input_value(given, type_)
        if coerced is Undefined:
            raise Refusal(*_wrong(given, type_))
    except StrawberryInputCoercionError:
        message = "An address, a reference or a change of an attribute must have exactly one member."
        raise Refusal(UserError(UserErrorCode.INVALID, message)) from None
    return made(ImportProfileInput, coerced)


def _wrong(given: object, type_: GraphQLInputType) -> list[UserError]:
    found: list[UserError] = []

    def take(error: GraphQLError, path: Sequence[str | int]) -> None:
        if len(found) < _MOST_ERRORS:
            field = tuple(str(each) for each in path)
            found.append(UserError(UserErrorCode.INVALID, _message(error), field or None))

    validate_input_value(given, type_, take)
    return found or [UserError(UserErrorCode.INVALID, "Is not a row as `importProfiles` takes it.")]


def _message(error: GraphQLError) -> str:
    """The library's own words quote the value; those of our scalars, and the names of our fields, do not."""
    if error.message.startswith(_OUR_WORDS):
        return error.message
    lacking = _LACKING.search(error.message)
    if lacking is not None:
        return f"`{lacking[1]}` is missing."
    return "Is not what `importProfiles` takes here, or holds something that it does not know."


@strawberry.type
class _Query:
    @strawberry.field
    def row(self, input: ImportProfileInput) -> int:
        """Makes the input's type part of a schema; nobody calls it."""
        raise NotImplementedError


@cache
def _schema() -> strawberry.Schema:
    # The schema of the API imports the mutations, and these what reads files: so this one is beside it.
    return strawberry.Schema(_Query, config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True))


@cache
def _type() -> GraphQLInputObjectType:
    found = _schema()._schema.type_map[ImportProfileInput.__name__]  # noqa: SLF001  # Strawberry gives it no other name.
    return cast("GraphQLInputObjectType", found)
