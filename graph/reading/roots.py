"""The fields of Query: where a read begins."""

from __future__ import annotations

from collections.abc import Mapping

from graph.reading.answer import AMBIGUOUS_MATCH, BAD_ARGUMENT, BadArgument, Path
from graph.reading.assemble import Reading, Row, Trail, constant, guarded, record
from graph.reading.connection import connection_reading
from graph.reading.draft import Scope
from graph.reading.lookups import LOOKUPS, Lookup, node_lookup
from graph.reading.objects import object_reading
from graph.reading.shapes import SHAPES
from graph.reading.shapes.lists import ROOT_LISTS
from graph.reading.text import filled
from graph.selection import TYPENAME, Selection, selected_on

LARGEST_NODES = 100


def query_reading(scope: Scope, selections: tuple[Selection, ...]) -> Reading:
    """Adds what the fields of Query need to the statement; raises BadArgument where one cannot be answered."""
    asked = selected_on(selections, "Query")
    return record([(each.response_key, _root(scope, each)) for each in asked])


def _root(scope: Scope, selection: Selection) -> Reading:
    path: Path = (selection.response_key,)
    if selection.name in LOOKUPS:
        return _lookup(scope, LOOKUPS[selection.name], selection, path)
    if selection.name in ROOT_LISTS:
        field = ROOT_LISTS[selection.name]
        return connection_reading(scope, SHAPES[field.shape], field.listing, selection, path, object_reading)
    match selection.name:
        case "node":
            found = node_lookup(str(selection.arguments.get("id")))
            return constant(None) if found is None else _lookup(scope, found, selection, path)
        case "nodes":
            return _nodes(scope, selection, path)
        case name if name == TYPENAME:
            return constant("Query")
        case name:
            raise BadArgument(BAD_ARGUMENT, f"Query has no field {name} that can be read.", path)


def _lookup(scope: Scope, lookup: Lookup, selection: Selection, path: Path) -> Reading:
    found = lookup.way(selection.arguments)
    if found is None:
        return constant(None)
    way, value = found
    inner = scope.below(scope.draft.name())
    match = filled(way.match, x=inner.variable, value=scope.draft.parameter(value))
    reading = object_reading(inner, SHAPES[lookup.shape], selection.children, path)
    position = _subquery(scope, match, inner)
    return guarded(selection.response_key, _only(position, reading), required=False)


def _only(position: int, reading: Reading) -> Reading:
    """The one thing found; never the first of several."""

    def read(row: Row, trail: Trail) -> object:
        found = row[position]
        if len(found) > 1:
            trail.refuse(AMBIGUOUS_MATCH, "This value points to several people.")
            return None
        return reading(found[0], trail) if found else None

    return read


def _nodes(scope: Scope, selection: Selection, path: Path) -> Reading:
    given = selection.arguments.get("ids")
    identities = [str(each) for each in given] if isinstance(given, list) else []
    if len(identities) > LARGEST_NODES:
        raise BadArgument(BAD_ARGUMENT, f"At most {LARGEST_NODES} ids can be asked for at once.", path)
    of_type: dict[str, tuple[Lookup, list[str]]] = {}
    for identity in dict.fromkeys(identities):
        lookup = node_lookup(identity)
        if lookup is not None:
            of_type.setdefault(lookup.shape, (lookup, []))[1].append(identity)
    found = {shape: _of_one_type(scope, lookup, wanted, selection, path) for shape, (lookup, wanted) in of_type.items()}
    places = [found.get(lookup.shape) if (lookup := node_lookup(identity)) else None for identity in identities]
    return guarded(selection.response_key, _in_order(identities, places), required=True)


def _of_one_type(
    scope: Scope, lookup: Lookup, identities: list[str], selection: Selection, path: Path
) -> tuple[int, Reading]:
    """The column of those found, each row beginning with the id that was asked for, and how such a row is read."""
    inner = scope.below(scope.draft.name())
    asked = f"{inner.variable}i"
    inner.column(asked)
    match = filled(lookup.ways["id"].match, x=inner.variable, value=asked)
    unwound = f"UNWIND {scope.draft.parameter(identities)} AS {asked}\n{match}"
    reading = object_reading(inner, SHAPES[lookup.shape], selection.children, path)
    return _subquery(scope, unwound, inner), reading


def _in_order(identities: list[str], places: list[tuple[int, Reading] | None]) -> Reading:
    columns = {place[0] for place in places if place is not None}

    def read(row: Row, trail: Trail) -> object:
        rows: Mapping[object, Row] = {found[0]: found for column in columns for found in row[column]}
        answers: list[object] = []
        for index, (identity, place) in enumerate(zip(identities, places, strict=True)):
            found = rows.get(identity)
            if place is None or found is None:
                answers.append(None)
            else:
                answers.append(guarded(index, place[1], required=False)(found, trail))
        return answers

    return read


def _subquery(scope: Scope, match: str, inner: Scope) -> int:
    name = scope.draft.name("c")
    scope.clauses.append(f"CALL () {{\n{match}\n{inner.body()}RETURN collect({inner.row()}) AS {name}\n}}")
    return scope.column(name)
