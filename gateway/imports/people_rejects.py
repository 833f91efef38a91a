from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gateway.imports.mapping import REJECT_COLUMNS
from gateway.imports.people_rows import COMMENT, header_of, lines_of_file
from gateway.imports.physical_line import physical_lines
from gateway.stack.private_file import open_private
from graph.history.row import RowResult
from graph.vocabulary import ImportFormat


def write_people_rejects(path: Path, rejects: Sequence[RowResult], source: Path, format_: ImportFormat) -> None:
    """The refused rows as they stand in `source`, each with its line there and the reason, to mend and import again.

    In CSV the reasons are columns in front, in JSONL comments above; the import takes neither for data. Overwrites
    `path`, which only its owner may read.
    """
    by_line = {reject.index: reject for reject in rejects}
    lines = _csv(source, by_line) if format_ is ImportFormat.CSV else _jsonl(source, by_line)
    with open_private(path) as file:
        for line in lines:
            # One character stands for one byte, so that what is no text comes back as it was.
            file.buffer.write(f"{line}\n".encode("latin-1"))


def _csv(source: Path, by_line: Mapping[int, RowResult]) -> Iterator[str]:
    delimiter, header = header_of(lines_of_file(source))
    # What is left of a file of rejects has these columns already, with what was wrong before.
    has_columns = tuple(header[: len(REJECT_COLUMNS)]) == REJECT_COLUMNS
    for number, raw in physical_lines(source):
        if number == 1:
            yield raw if has_columns else delimiter.join((*REJECT_COLUMNS, raw))
        elif reject := by_line.get(number):
            reason = _joined((str(number), _code(reject), _reason(reject)), delimiter)
            yield delimiter.join((reason, _without_reason(raw, delimiter) if has_columns else raw))


def _without_reason(raw: str, delimiter: str) -> str:
    try:
        cells = next(csv.reader((raw,), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return raw.split(delimiter, len(REJECT_COLUMNS))[-1]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="").writerow(cells[len(REJECT_COLUMNS) :])
    return text.getvalue()


def _jsonl(source: Path, by_line: Mapping[int, RowResult]) -> Iterator[str]:
    for number, raw in physical_lines(source):
        if reject := by_line.get(number):
            yield f"{COMMENT} line {number} {_code(reject)}: {_bytes(_reason(reject))}"
            yield raw


def _joined(cells: Sequence[str], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="").writerow(cells)
    return _bytes(text.getvalue())


def _bytes(text: str) -> str:
    return text.encode().decode("latin-1")


def _code(reject: RowResult) -> str:
    return reject.user_errors[0].code.value


def _reason(reject: RowResult) -> str:
    """Where and what, for each error. The texts quote no value."""
    return " ".join(
        f"{'.'.join(error.field)}: {error.message}" if error.field else error.message for error in reject.user_errors
    )
