from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from gateway.imports.errors import FileUnreadable

# Far over any honest row; it bounds what a file without line breaks can take of the memory.
LONGEST_LINE = 65_536

_GZIP_MAGIC = b"\x1f\x8b"
_BYTE_ORDER_MARK = "\xef\xbb\xbf"


def physical_lines(path: Path) -> Iterator[tuple[int, str]]:
    r"""The lines of a plain or gzipped file with their numbers, counted from 1, ended by \n, \r\n or \r.

    One character stands for one byte (see `decoded`), so that a line that is no UTF-8 spoils no other. Of a line over
    LONGEST_LINE only the beginning is given, longer than that by at least one. Raises FileUnreadable.
    """
    try:
        with _opened(path) as text:
            number = 0
            while line := text.readline(LONGEST_LINE + 2):
                number += 1
                end = line
                while not end.endswith(("\n", "\r")) and (end := text.readline(LONGEST_LINE)):
                    # The rest of an overlong line is read and dropped.
                    pass
                content = line.rstrip("\r\n")
                yield number, content.removeprefix(_BYTE_ORDER_MARK) if number == 1 else content
    except (OSError, EOFError, zlib.error) as error:
        raise FileUnreadable(f"{path.name} cannot be read: {_words(error)}") from error


def decoded(line: str) -> str:
    """The text of a physical line: UTF-8, else Windows-1252, the two in which the shop's files go round.

    Raises UnicodeDecodeError for bytes that are neither.
    """
    if line.isascii():
        return line
    content = line.encode("latin-1")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252")


@contextmanager
def _opened(path: Path) -> Iterator[io.TextIOWrapper]:
    with path.open("rb") as file:
        # What the file is says its beginning, not its name.
        zipped = file.peek(len(_GZIP_MAGIC)).startswith(_GZIP_MAGIC)
        binary = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if zipped else file
        with io.TextIOWrapper(binary, encoding="latin-1", newline="") as text:
            yield text


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "its compressed content is damaged or cut short"
