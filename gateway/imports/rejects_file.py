from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from gateway.imports.physical_line import LONGEST_LINE, decoded, physical_lines
from gateway.imports.reject import Reject

HEADER = ("line", "code", "reason", "row")


def write_rejects(path: Path, rejects: Iterable[Reject], source: Path) -> None:
    """One row per refused row, in the order of the file, with the row as it stands there.

    The rows are fetched from `source` again, because keeping all of them while reading would double what a large
    file takes of the memory. Overwrites `path`.
    """
    by_line = {reject.line: reject for reject in rejects}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        if by_line:
            for number, raw in physical_lines(source):
                if reject := by_line.get(number):
                    writer.writerow((reject.line, reject.code.value, reject.reason, _shown(raw)))


def _shown(raw: str) -> str:
    try:
        return decoded(raw[:LONGEST_LINE])
    except UnicodeDecodeError:
        return raw[:LONGEST_LINE].encode("latin-1").decode("ascii", "backslashreplace")
