"""Rows of a batch are made one by one, and are what Strawberry would have made of them at once."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull, GraphQLScalarType, is_enum_type
from graphql.utilities import coerce_input_value
from hypothesis import given
from hypothesis import strategies as st
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_argument
from strawberry.types.base import get_object_definition

from gateway.schema.api import SCHEMA
from gateway.schema.inputs import late_row
from gateway.schema.inputs.event import EventInput, TrackEventsInput
from gateway.schema.inputs.importing import ImportProfileInput, ImportProfilesInput
from gateway.schema.inputs.late_row import LateRow, made, row_of
from gateway.schema.inputs.purchase import PurchaseInput, RecordPurchasesInput

_ROWS = (EventInput, ImportProfileInput, PurchaseInput)
_BATCHES = ((TrackEventsInput, "events"), (ImportProfilesInput, "rows"), (RecordPurchasesInput, "purchases"))
_REGISTRY = SCHEMA.schema_converter.scalar_registry
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "Boolean": st.booleans(),
    "Date": st.just("1984-02-29"),
    "DateTime": st.just("2026-01-31T12:00:00Z"),
    "Decimal": st.sampled_from(("12.50", 3)),
    "ID": st.just("prf_1"),
    "Int": st.integers(0, 9),
    "JSON": st.sampled_from(({"colour": "red"}, ["a"], 1)),
    "String": st.text("ab", max_size=3),
}


def _drawn(kind: Any) -> st.SearchStrategy[Any]:
    """Any JSON that fits the type, with what may be left out left out, or null, now and then."""
    if isinstance(kind, GraphQLNonNull):
        return _present(kind.of_type)
    return st.one_of(st.none(), _present(kind))


def _present(kind: Any) -> st.SearchStrategy[Any]:
    if isinstance(kind, GraphQLList):
        return st.lists(_drawn(kind.of_type), max_size=2)
    if isinstance(kind, GraphQLInputObjectType):
        return st.deferred(lambda: _object(kind))
    if is_enum_type(kind):
        return st.sampled_from(sorted(kind.values))
    assert isinstance(kind, GraphQLScalarType)
    return _VALUES[kind.name]


def _object(kind: GraphQLInputObjectType) -> st.SearchStrategy[Any]:
    fields = {name: _drawn(each.type) for name, each in kind.fields.items()}
    # GraphQL's own mark is not set: Strawberry checks it by itself.
    if kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].is_one_of:
        return st.sampled_from(sorted(fields)).flatmap(
            lambda name: st.fixed_dictionaries({name: _present(kind.fields[name].type)})
        )
    needed = {name for name, each in kind.fields.items() if isinstance(each.type, GraphQLNonNull)}
    return st.fixed_dictionaries(
        {name: fields[name] for name in needed}, optional={name: fields[name] for name in fields.keys() - needed}
    )


def _type(kind: type) -> GraphQLInputObjectType:
    found = SCHEMA.graphql.type_map[kind.__name__]
    assert isinstance(found, GraphQLInputObjectType)
    return found


@pytest.mark.parametrize("kind", _ROWS)
@given(data=st.data())
def test_a_row_is_what_strawberry_makes_of_it(kind: type, data: st.DataObject) -> None:
    coerced = coerce_input_value(data.draw(_object(_type(kind))), _type(kind))
    definition = get_object_definition(kind, strict=True)
    hook, definition.from_input = definition.from_input, None
    try:
        expected = convert_argument(coerced, kind, _REGISTRY, SCHEMA.config)
    finally:
        definition.from_input = hook

    assert made(kind, coerced) == expected


@pytest.mark.parametrize(("batch", "name"), _BATCHES)
def test_a_batch_comes_with_rows_that_are_not_made_yet(batch: type, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    makes: list[object] = []

    def make(_kind: type, value: object) -> None:
        makes.append(value)

    monkeypatch.setattr(late_row, "made", make)
    rows = [{"number": number} for number in range(3)]

    found = getattr(convert_argument({name: rows, "idempotencyKey": "k"}, batch, _REGISTRY, SCHEMA.config), name)

    assert [type(each) for each in found] == [LateRow, LateRow, LateRow]
    assert makes == []
    row_of(found[1])
    assert makes == [{"number": 1}]
