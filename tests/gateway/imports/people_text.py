"""Lists of people as text, read without a graph."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gateway.imports.given_row import RowRules
from gateway.imports.people_list import ListForm, people_rows
from gateway.imports.people_rows import PeopleRow, lines_of_text
from graph.history.row import RowResult
from graph.importing.row import ImportedProfile
from graph.vocabulary import AttributeType, ImportFormat, UserErrorCode

TYPES = {
    "points": AttributeType.INTEGER,
    "balance": AttributeType.DECIMAL,
    "vip": AttributeType.BOOLEAN,
    "likes": AttributeType.TAGS,
    "note": AttributeType.STRING,
}


async def known(keys: Collection[str]) -> Mapping[str, AttributeType]:
    return {key: TYPES[key] for key in keys if key in TYPES}


async def of_csv(*lines: str, assigned: Sequence[tuple[str, str]] = (), resource: str | None = None) -> list[PeopleRow]:
    form = ListForm(ImportFormat.CSV, assigned, resource)
    return list(await people_rows(lines_of_text("\n".join(lines)), form, RowRules(), known))


async def of_jsonl(*lines: str, rules: RowRules | None = None) -> list[PeopleRow]:
    form = ListForm(ImportFormat.JSONL)
    return list(await people_rows(lines_of_text("\n".join(lines)), form, rules or RowRules(), known))


def good(row: PeopleRow) -> ImportedProfile:
    assert isinstance(row, ImportedProfile), row
    return row


def refusals(rows: Sequence[PeopleRow]) -> list[tuple[int, UserErrorCode, tuple[str, ...] | None]]:
    """The line of each refused row, with its first error's code and place."""
    found = [row for row in rows if isinstance(row, RowResult)]
    return [(row.index, row.user_errors[0].code, row.user_errors[0].field) for row in found]
