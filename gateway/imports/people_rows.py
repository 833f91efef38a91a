"""The rows of a list of people, whatever stands in it: each is a checked row, or a result that refuses it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import orjson

from gateway.imports.errors import NotThisFormat
from gateway.imports.given_row import RowRules, checked_row
from gateway.imports.mapping import ColumnMapping
from gateway.imports.physical_line import LONGEST_LINE, physical_lines
from graph.errors import Refusal, UserError
from graph.history.row import RowResult, refused_by
from graph.importing.row import ImportedProfile
from graph.vocabulary import UserErrorCode

# A number counted from 1, and its text; None where it is no text.
Line = tuple[int, str | None]
PeopleRow = ImportedProfile | RowResult

# So begins a line of JSONL that says something to people, as in a file of rejects.
COMMENT: Final = "#"

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_DELIMITERS: Final = (",", ";", "\t")
_BYTE_ORDER_MARK: Final = "\ufeff"


def lines_of_file(path: Path) -> Iterator[Line]:
    """Raises FileUnreadable, here or later. Only UTF-8 is text: names in another encoding would be spoiled unseen."""
    for number, raw in physical_lines(path):
        try:
            yield number, raw if raw.isascii() else raw.encode("latin-1").decode()
        except UnicodeDecodeError:
            yield number, None


def lines_of_text(content: str) -> Iterator[Line]:
    yield from enumerate(_LINE_END.split(content.removeprefix(_BYTE_ORDER_MARK)), 1)


def header_of(lines: Iterator[Line]) -> tuple[str, list[str]]:
    """The delimiter and the names of the columns. Raises NotThisFormat where one has none, or that of another."""
    _, text = next(lines, (1, ""))
    if not text or not text.strip():
        raise NotThisFormat("its first line must name the columns, in UTF-8")
    # A separator stands between the names, and hardly in them.
    delimiter = max(_DELIMITERS, key=text.count)
    try:
        names = [name.strip() for name in _cells(text, delimiter)]
    except Refusal:
        raise NotThisFormat("its first line must name the columns, and the quotes of it do not match") from None
    _check_names(names)
    return delimiter, names


def _check_names(names: Sequence[str]) -> None:
    unnamed = [str(position + 1) for position, name in enumerate(names) if not name]
    doubled = sorted(name for name, count in Counter(names).items() if count > 1 and name)
    if unnamed or doubled:
        wrong = doubled or [f"column {', '.join(unnamed)} without a name"]
        raise NotThisFormat(f"each column must have a name of its own in the first line: {', '.join(wrong)}")


def csv_rows(lines: Iterable[Line], delimiter: str, mapping: ColumnMapping, rules: RowRules) -> Iterator[PeopleRow]:
    """Of the lines behind the header. `index` of each row is the number of its line."""

    def row(text: str) -> object:
        return mapping.row(_cells(text, delimiter))

    return _rows(lines, row, rules)


def json_rows(lines: Iterable[Line], rules: RowRules) -> Iterator[PeopleRow]:
    """Of a file with a JSON object on each line, as a row of `importProfiles` is. Comments are no rows."""
    return _rows((line for line in lines if not (line[1] or "").startswith(COMMENT)), _json, rules)


def _rows(lines: Iterable[Line], parse: Callable[[str], object], rules: RowRules) -> Iterator[PeopleRow]:
    for number, text in lines:
        # An empty line, as editors leave at the end, is no row.
        if text is None or text.strip():
            yield _row(number, text, parse, rules)


def _row(number: int, text: str | None, parse: Callable[[str], object], rules: RowRules) -> PeopleRow:
    try:
        return checked_row(number, parse(_bounded(text)), rules)
    except Refusal as refusal:
        return refused_by(number, refusal)


def _bounded(text: str | None) -> str:
    if text is None:
        raise Refusal(UserError(UserErrorCode.INVALID, "Is not text in UTF-8."))
    if len(text) > LONGEST_LINE:
        raise Refusal(UserError(UserErrorCode.TOO_LONG, f"A line may have {LONGEST_LINE:,} characters."))
    return text


def _cells(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader((text,), delimiter=delimiter, strict=True), [])
    except csv.Error:
        message = "Its quotes do not match; a value may not go over the end of the line."
        raise Refusal(UserError(UserErrorCode.INVALID, message)) from None


def _json(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Refusal(UserError(UserErrorCode.INVALID, "Is not JSON.")) from None
