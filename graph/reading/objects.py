"""Turns what is asked of an object into columns of its row, and into the reading of that row."""

from __future__ import annotations

from graph.money import decimal_from_micros
from graph.reading import assemble
from graph.reading.answer import BAD_ARGUMENT, BadArgument, Path
from graph.reading.arguments import Source
from graph.reading.assemble import Each, Guarded, Present, Reading, Record, withheld_reading
from graph.reading.computation import Computation
from graph.reading.connection import NodeReading, connection_reading
from graph.reading.cost import Cost
from graph.reading.draft import Scope
from graph.reading.fields import (
    Asked,
    Computed,
    Connection,
    Constant,
    Far,
    Field,
    Leaf,
    Money,
    Named,
    Near,
    One,
    Part,
    Reached,
    Several,
    Shape,
)
from graph.reading.listing import Request
from graph.reading.page import whole
from graph.reading.reached import reached_reading
from graph.reading.shapes import SHAPES
from graph.reading.text import filled
from graph.reading.variants import KINDS, variant_reading
from graph.selection import TYPENAME, Selection, selected_on


def object_reading(scope: Scope, shape: Shape, selections: tuple[Selection, ...], path: Path) -> Reading:
    """Adds to the row of `scope` what the selections need of the node it stands at.

    Raises BadArgument where an argument below cannot be answered.
    """
    asked = selected_on(selections, shape.name)
    return Record(tuple((each.response_key, _field_reading(scope, shape, each, path)) for each in asked))


def node_reading(type_name: str) -> NodeReading:
    """How an entry of a list of this type is read, which may be an interface."""
    if type_name in KINDS:
        kinds = {kind: SHAPES[name] for kind, name in KINDS[type_name].items()}
        return lambda scope, selections, path: variant_reading(scope, kinds, selections, path, object_reading)
    shape = SHAPES[type_name]
    return lambda scope, selections, path: object_reading(scope, shape, selections, path)


def _field_reading(scope: Scope, shape: Shape, selection: Selection, path: Path) -> Reading:
    if selection.withheld is not None:
        return withheld_reading(selection, selection.withheld)
    if selection.name == TYPENAME:
        return assemble.Constant(shape.name)
    field: Field | None = shape.fields.get(selection.name)
    if field is None:
        raise BadArgument(BAD_ARGUMENT, f"{shape.name} has no field {selection.name} that can be read.", path)
    return _reading(scope, field, selection, (*path, selection.response_key))


def _reading(scope: Scope, field: Field, selection: Selection, path: Path) -> Reading:
    match field:
        case Leaf() | Constant() | Far() | Part():
            return _value(scope, field, selection.response_key)
        case One():
            return _one(scope, field, selection, path)
        case Named():
            return _named(scope, field, selection, path)
        case Several():
            return several_reading(scope, field, selection, path)
        case Connection(name, listing):
            return connection_reading(scope, name, listing, selection, path, node_reading(name))
        case _:
            return _part_of_this(scope, field, selection, path)


def _value(scope: Scope, field: Leaf | Constant | Far | Part, key: str) -> Reading:
    match field:
        case Leaf():
            return _leaf(scope, field, key)
        case Constant(value):
            return assemble.Constant(value)
        case Far(link, leaf):
            return _leaf(_linked(scope, link), leaf, key)
        case Part(position, required):
            return assemble.Leaf(key, position, None, required=required)


def _part_of_this(
    scope: Scope, field: Asked | Money | Near | Computed | Reached, selection: Selection, path: Path
) -> Reading:
    match field:
        case Asked():
            return _asked(scope, field, selection, path)
        case Money():
            return _money(scope, field, selection, path)
        case Near():
            return _near(scope, field, selection, path)
        case Computed():
            return _computed(scope, field, selection, path)
        case Reached():
            return reached_reading(scope, field, selection, path, object_reading, _field_reading)


def _leaf(scope: Scope, field: Leaf, key: str) -> Reading:
    position = scope.column(filled(scope.draft.dated(field.expression), v=scope.variable))
    scope.rows.cost.weigh(field.weight)
    return assemble.Leaf(key, position, field.convert, required=field.required)


def _asked(scope: Scope, field: Asked, selection: Selection, path: Path) -> Reading:
    value = scope.draft.parameter(scope.draft.arguments(selection, path).source(field.argument))
    position = scope.column(filled(field.expression, v=scope.variable, value=value))
    scope.rows.cost.weigh(field.weight)
    return assemble.Leaf(selection.response_key, position, None, required=False)


def _one(scope: Scope, field: One, selection: Selection, path: Path) -> Reading:
    other = _linked(scope, scope.draft.dated(field.link))
    reading = object_reading(other, SHAPES[field.shape], selection.children, path)
    found = other.column(f"{other.variable}.id")
    return Guarded(selection.response_key, Present(found, reading), required=field.required)


def _named(scope: Scope, field: Named, selection: Selection, path: Path) -> Reading:
    value = scope.draft.arguments(selection, path).source(field.argument)
    other = _linked(scope, filled(field.link, value=scope.draft.parameter(value)))
    reading = object_reading(other, SHAPES[field.shape], selection.children, path)
    found = other.column(filled(field.there, v=other.variable))
    return Guarded(selection.response_key, Present(found, reading), required=False)


def _linked(scope: Scope, link: str) -> Scope:
    """The linked node; fields that take the same way share it.

    The subquery keeps the order of rows and cannot multiply them, which a plain OPTIONAL MATCH may not promise.
    """
    variable = scope.bound(link)
    if variable is None:
        variable = scope.draft.name()
        scope.bind(link, variable)
        body = filled(link, v=scope.variable, x=variable)
        scope.clause(f"OPTIONAL CALL ({scope.variable}) {{ {body} }}")
    return scope.at(variable)


def _near(scope: Scope, field: Near, selection: Selection, path: Path) -> Reading:
    other = scope.at(filled(field.variable, v=scope.variable))
    reading = object_reading(other, SHAPES[field.shape], selection.children, path)
    if field.there is None:
        return Guarded(selection.response_key, reading, required=True)
    found = scope.column(filled(field.there, v=scope.variable))
    return Guarded(selection.response_key, Present(found, reading), required=False)


def _money(scope: Scope, field: Money, selection: Selection, path: Path) -> Reading:
    shape = Shape("Money", {"amount": Leaf(field.micros, decimal_from_micros), "currency": Leaf(field.currency)})
    reading = object_reading(scope, shape, selection.children, path)
    return Guarded(selection.response_key, reading, required=True)


def several_reading(scope: Scope, field: Several, selection: Selection, path: Path) -> Reading:
    """A short list below the node that `scope` stands at, or of the graph itself where it stands at none."""
    # Its rows are small, so that all together cost a fifth; what is asked of each of them costs as much as anywhere.
    cost = Cost(field.limit, opening=field.limit // 5 - field.limit)
    inner = scope.below(scope.draft.name(), cost)
    looks = scope.draft.named(Source(None, field.limit))
    arguments = scope.draft.arguments(selection, path)
    request = Request(scope.draft, scope.variable, inner.variable, arguments, cost, looks)
    listed = field.listing.ordered(request, whole(field.limit))
    reading = object_reading(inner, SHAPES[field.shape], selection.children, path)
    name = scope.draft.name("c")
    scope.clause(f"CALL ({scope.variable}) {{\n{listed}\n{inner.body()}RETURN collect({inner.row()}) AS {name}\n}}")
    return Guarded(selection.response_key, Each(scope.listed(inner, name), reading), required=True)


def _computed(scope: Scope, field: Computed, selection: Selection, path: Path) -> Reading:
    needs = tuple(scope.column(filled(need, v=scope.variable)) for need in field.needs)
    place = scope.blank()
    scope.compute(Computation(field.compute, needs, place))
    reading = object_reading(scope, SHAPES[field.shape], selection.children, path)
    return Guarded(selection.response_key, assemble.Computed(place, reading), required=False)
