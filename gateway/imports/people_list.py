from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.imports.errors import NotThisFormat, WrongMapping
from gateway.imports.given_row import RowRules
from gateway.imports.mapping import ColumnMapping
from gateway.imports.people_rows import Line, PeopleRow, csv_rows, header_of, json_rows
from graph.connection import Graph
from graph.people.attribute_definition import definition_of
from graph.vocabulary import AttributeType, ImportFormat

Types = Callable[[Collection[str]], Awaitable[Mapping[str, AttributeType]]]


@dataclass(frozen=True, slots=True)
class ListForm:
    """How a list of people is written down. `assigned` and `resource` are for CSV, as in `ColumnMapping.of`."""

    format: ImportFormat
    assigned: Sequence[tuple[str, str]] = ()
    resource: str | None = None


async def people_rows(lines: Iterator[Line], form: ListForm, rules: RowRules, types: Types) -> Iterator[PeopleRow]:
    """The rows of a list, each read when it is asked for; `types` answers of which types attributes are.

    Raises ImportRefused where it is no such list: WrongMapping where the caller said what the columns mean, and they
    cannot.
    """
    if form.format is ImportFormat.JSONL:
        return json_rows(lines, rules)
    delimiter, header = header_of(lines)
    try:
        mapping = ColumnMapping.of(header, form.assigned, form.resource)
        mapping = mapping.with_types(await types(mapping.attribute_keys))
    except NotThisFormat as error:
        if form.assigned:
            raise WrongMapping(str(error)) from None
        raise
    return csv_rows(lines, delimiter, mapping, rules)


def attribute_types(graph: Graph) -> Types:
    async def types(keys: Collection[str]) -> Mapping[str, AttributeType]:
        found = [await definition_of(graph, key) for key in sorted(keys)]
        return {each.key: each.type for each in found if each is not None}

    return types
