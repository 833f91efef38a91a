"""The fields of Query: where a read begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph.reading.answer import AMBIGUOUS_MATCH, BAD_ARGUMENT, BadArgument, FieldError, Path
from graph.reading.assemble import Constant, Guarded, Reading, Record, Row, Trail, withheld_reading
from graph.reading.connection import connection_reading
from graph.reading.cost import Cost
from graph.reading.draft import Scope
from graph.reading.lookups import LOOKUPS, NODES, Lookup, kind_of_id, kinds_of_ids
from graph.reading.objects import node_reading, object_reading, several_reading
from graph.reading.shapes import SHAPES
from graph.reading.shapes.lists import ROOT_LISTS, WHOLE_LISTS
from graph.reading.source_code import SourceCode
from graph.reading.text import filled
from graph.selection import TYPENAME, Selection, selected_on

LARGEST_NODES = 100


def query_reading(scope: Scope, selections: tuple[Selection, ...]) -> Reading:
    """Adds what the fields of Query need to the statement; raises BadArgument where one cannot be answered."""
    asked = selected_on(selections, "Query")
    return Record(tuple((each.response_key, _root(scope, each)) for each in asked))


def _root(scope: Scope, selection: Selection) -> Reading:
    path: Path = (selection.response_key,)
    if selection.withheld is not None:
        return withheld_reading(selection, selection.withheld)
    if selection.name in LOOKUPS:
        return _lookup(scope, LOOKUPS[selection.name], selection, path)
    return _list(scope, selection, path) or _other(scope, selection, path)


def _list(scope: Scope, selection: Selection, path: Path) -> Reading | None:
    if selection.name in WHOLE_LISTS:
        return several_reading(scope, WHOLE_LISTS[selection.name], selection, path)
    if selection.name not in ROOT_LISTS:
        return None
    field = ROOT_LISTS[selection.name]
    return connection_reading(scope, field.shape, field.listing, selection, path, node_reading(field.shape))


def _other(scope: Scope, selection: Selection, path: Path) -> Reading:
    match selection.name:
        case "node":
            kind = scope.draft.arguments(selection, path).ask("id", kind_of_id)
            return Constant(None) if kind is None else _lookup(scope, NODES[kind], selection, path)
        case "nodes":
            return _nodes(scope, selection, path)
        case name if name == TYPENAME:
            return Constant("Query")
        case name:
            raise BadArgument(BAD_ARGUMENT, f"Query has no field {name} that can be read.", path)


def _lookup(scope: Scope, lookup: Lookup, selection: Selection, path: Path) -> Reading:
    found = lookup.way(scope.draft.arguments(selection, path), sees_pii=scope.draft.caller.sees_pii)
    if found is None:
        return Constant(None)
    way, value = found
    inner = scope.below(scope.draft.name(), Cost())
    match = filled(way.match, x=inner.variable, value=scope.draft.parameter(value))
    reading = object_reading(inner, SHAPES[lookup.shape], selection.children, path)
    return Guarded(selection.response_key, Only(_subquery(scope, match, inner), reading), required=False)


@dataclass(frozen=True, slots=True)
class Only:
    """The one thing found; never the first of several."""

    position: int
    reading: Reading

    def read(self, row: Row, trail: Trail) -> object:
        found = row[self.position]
        if len(found) > 1:
            message = "This value points to several people."
            trail.errors.append(FieldError(tuple(trail.path), AMBIGUOUS_MATCH, message))
            return None
        return self.reading.read(found[0], trail) if found else None

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        name = code.function(
            [
                f"if not r: return {nothing}",
                f"if len(r) > 1: {code.give_up}",
                "r = r[0]",
                f"return {self.reading.source(code, 'r', nothing)}",
            ]
        )
        return f"{name}({row}[{self.position}], p)"


def _nodes(scope: Scope, selection: Selection, path: Path) -> Reading:
    arguments = scope.draft.arguments(selection, path)

    def checked(identities: object) -> list[str]:
        given = [str(each) for each in identities] if isinstance(identities, list) else []
        if len(given) > LARGEST_NODES:
            raise arguments.bad(f"At most {LARGEST_NODES} ids can be asked for at once.")
        return given

    asked = scope.draft.named(arguments.source("ids", checked))
    found = {
        kind: _of_one_kind(scope, NODES[kind], asked, selection, path) for kind in arguments.ask("ids", kinds_of_ids)
    }
    return Guarded(selection.response_key, InOrder(asked, found), required=True)


def _of_one_kind(scope: Scope, lookup: Lookup, asked: str, selection: Selection, path: Path) -> tuple[int, Reading]:
    """The column of those found, each row beginning with the id that was asked for, and how such a row is read."""
    inner = scope.below(scope.draft.name(), Cost(asked))
    identity = f"{inner.variable}i"
    inner.column(identity)
    match = filled(lookup.ways["id"].match, x=inner.variable, value=identity)
    reading = object_reading(inner, SHAPES[lookup.shape], selection.children, path)
    return _subquery(scope, f"UNWIND ${asked} AS {identity}\n{match}", inner), reading


@dataclass(frozen=True, slots=True)
class InOrder:
    """The things that were found, in the order of the ids that the parameter `asked` holds, null for the others."""

    asked: str
    found: Mapping[str, tuple[int, Reading]]

    def read(self, row: Row, trail: Trail) -> object:
        rows = {found[0]: (found, reading) for position, reading in self.found.values() for found in row[position]}
        answers: list[object] = []
        for index, identity in enumerate(trail.parameters[self.asked]):
            found, reading = rows.get(identity, (None, None))
            if found is None or reading is None:
                answers.append(None)
            else:
                answers.append(Guarded(index, reading, required=False).read(found, trail))
        return answers

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        del nothing
        lines = ["a = {}"]
        for position, reading in self.found.values():
            each = code.name()
            lines += [f"for {each} in r[{position}]:", f"    a[{each}[0]] = {reading.source(code, each, 'None')}"]
        name = code.function([*lines, f"return [a.get(i) for i in p[{self.asked!r}]]"])
        return f"{name}({row}, p)"


def _subquery(scope: Scope, match: str, inner: Scope) -> int:
    name = scope.draft.name("c")
    scope.clause(f"CALL () {{\n{match}\n{inner.body()}RETURN collect({inner.row()}) AS {name}\n}}")
    return scope.listed(inner, name)
