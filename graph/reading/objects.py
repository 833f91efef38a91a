"""Turns what is asked of an object into columns of its row, and into the reading of that row."""

from __future__ import annotations

from graph.money import decimal_from_micros
from graph.reading.answer import BAD_ARGUMENT, BadArgument, Path
from graph.reading.assemble import Reading, constant, each, guarded, leaf, present, record
from graph.reading.connection import connection_reading
from graph.reading.draft import Scope
from graph.reading.fields import Connection, Constant, Far, Field, Leaf, Money, Near, One, Several, Shape
from graph.reading.listing import Request
from graph.reading.page import Page
from graph.reading.shapes import SHAPES
from graph.reading.text import filled
from graph.selection import TYPENAME, Selection, selected_on


def object_reading(scope: Scope, shape: Shape, selections: tuple[Selection, ...], path: Path) -> Reading:
    """Adds to the row of `scope` what the selections need of the node it stands at.

    Raises BadArgument where an argument below cannot be answered.
    """
    asked = selected_on(selections, shape.name)
    return record([(each.response_key, _field_reading(scope, shape, each, path)) for each in asked])


def _field_reading(scope: Scope, shape: Shape, selection: Selection, path: Path) -> Reading:
    if selection.name == TYPENAME:
        return constant(shape.name)
    field: Field | None = shape.fields.get(selection.name)
    if field is None:
        raise BadArgument(BAD_ARGUMENT, f"{shape.name} has no field {selection.name} that can be read.", path)
    return _reading(scope, field, selection, (*path, selection.response_key))


def _reading(scope: Scope, field: Field, selection: Selection, path: Path) -> Reading:
    key = selection.response_key
    match field:
        case Leaf():
            reading = _leaf(scope, field, key)
        case Constant(value):
            reading = constant(value)
        case Far(link, value):
            reading = _leaf(_linked(scope, link), value, key)
        case Money():
            reading = _money(scope, field, selection, path)
        case One():
            reading = _one(scope, field, selection, path)
        case Near():
            reading = _near(scope, field, selection, path)
        case Several():
            reading = _several(scope, field, selection, path)
        case Connection(shape, listing):
            reading = connection_reading(scope, SHAPES[shape], listing, selection, path, object_reading)
    return reading


def _leaf(scope: Scope, field: Leaf, key: str) -> Reading:
    position = scope.column(filled(field.expression, v=scope.variable))
    return leaf(key, position, field.convert, required=field.required)


def _one(scope: Scope, field: One, selection: Selection, path: Path) -> Reading:
    other = _linked(scope, field.link)
    reading = object_reading(other, SHAPES[field.shape], selection.children, path)
    found = other.column(f"{other.variable}.id")
    return guarded(selection.response_key, present(found, reading), required=field.required)


def _linked(scope: Scope, link: str) -> Scope:
    """The linked node; fields that take the same way share it.

    The subquery keeps the order of rows and cannot multiply them, which a plain OPTIONAL MATCH may not promise.
    """
    variable = scope.bound(link)
    if variable is None:
        variable = scope.draft.name()
        scope.bind(link, variable)
        body = filled(link, v=scope.variable, x=variable)
        scope.clauses.append(f"OPTIONAL CALL ({scope.variable}) {{ {body} }}")
    return scope.at(variable)


def _near(scope: Scope, field: Near, selection: Selection, path: Path) -> Reading:
    other = scope.at(filled(field.variable, v=scope.variable))
    reading = object_reading(other, SHAPES[field.shape], selection.children, path)
    if field.there is None:
        return guarded(selection.response_key, reading, required=True)
    found = scope.column(filled(field.there, v=scope.variable))
    return guarded(selection.response_key, present(found, reading), required=False)


def _money(scope: Scope, field: Money, selection: Selection, path: Path) -> Reading:
    shape = Shape("Money", {"amount": Leaf(field.micros, decimal_from_micros), "currency": Leaf(field.currency)})
    reading = object_reading(scope, shape, selection.children, path)
    return guarded(selection.response_key, reading, required=True)


def _several(scope: Scope, field: Several, selection: Selection, path: Path) -> Reading:
    inner = scope.below(scope.draft.name())
    request = Request(scope.draft, scope.variable, inner.variable, selection.arguments)
    whole = Page(size=field.limit, backward=False, after=None, before=None)
    listed = field.listing.ordered(request, whole, scope.draft.parameter(field.limit))
    reading = object_reading(inner, SHAPES[field.shape], selection.children, path)
    name = scope.draft.name("c")
    scope.clauses.append(
        f"CALL ({scope.variable}) {{\n{listed}\n{inner.body()}RETURN collect({inner.row()}) AS {name}\n}}"
    )
    return guarded(selection.response_key, each(scope.column(name), reading), required=True)
