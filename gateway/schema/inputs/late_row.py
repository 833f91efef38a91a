"""Rows of a batch, each of which is made when its turn comes: ten thousand at once would keep everybody else waiting.

The executor checks them all, and hands on what it checked; Strawberry itself makes an input twelve times as slowly as a
function that knows the type's fields (measured).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from functools import cache
from typing import Any, Final, Generic, TypeVar, cast

from strawberry.schema.name_converter import NameConverter
from strawberry.types.base import StrawberryList, StrawberryOptional, get_object_definition, has_object_definition
from strawberry.types.field import StrawberryField

T = TypeVar("T")
_Read = Callable[[Any], Any]
_NAMES: Final = NameConverter()


@dataclass(frozen=True, slots=True)
class LateRow(Generic[T]):
    """A row that was checked against its type, and is still what came of that: plain objects and lists."""

    kind: type[T]
    value: Mapping[str, Any]


def read_late(kind: type[T]) -> type[T]:
    """Decorates the input type of a row: a list of them comes to its mutation as LateRows."""
    get_object_definition(kind, strict=True).from_input = lambda made, value, _: LateRow(made, value)
    return kind


def row_of(given: T | LateRow[T]) -> T:
    """The row itself."""
    return made(given.kind, given.value) if isinstance(given, LateRow) else given


def made(kind: type[T], value: Mapping[str, Any]) -> T:
    """The input of this type of a value that GraphQL coerced, as Strawberry makes it."""
    return cast("T", _maker(cast("type", kind))(value))


@cache
def _maker(kind: type) -> _Read:
    definition = get_object_definition(kind, strict=True)
    # What may be null need not say what it is when it is left out.
    left_out = {each.python_name: None for each in definition.fields if not _has_default(each)}
    parts = [
        (_NAMES.from_field(each), each.python_name, _reading(each.resolve_type(type_definition=definition)))
        for each in definition.fields
    ]

    def make(value: Mapping[str, Any]) -> Any:
        said = dict(left_out)
        for name, python_name, read in parts:
            if name in value:
                given = value[name]
                said[python_name] = given if read is None or given is None else read(given)
        return kind(**said)

    return make


def _has_default(field: StrawberryField) -> bool:
    return field.default_value is not MISSING or field.default_factory is not MISSING


def _reading(kind: Any) -> _Read | None:
    """How to make a value of this type, None for one that stays what it is."""
    if isinstance(kind, StrawberryOptional):
        return _reading(kind.of_type)
    if isinstance(kind, StrawberryList):
        each = _reading(kind.of_type)
        return list if each is None else lambda values: [None if value is None else each(value) for value in values]
    return _maker(kind) if has_object_definition(kind) else None
