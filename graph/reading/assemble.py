from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graph.reading.answer import VALUE_MISSING, FieldError, Path

Row = Sequence[Any]
Convert = Callable[[Any], object]


class Missing(Exception):
    """A field that may not be null has no value; the nearest field above that may be null becomes null."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


class Trail:
    """Where in the answer the assembly stands, and what it found wrong."""

    __slots__ = ("errors", "path")

    def __init__(self) -> None:
        self.path: list[str | int] = []
        self.errors: list[FieldError] = []

    def missing(self, *below: str | int) -> Missing:
        return Missing((*self.path, *below))

    def refuse(self, code: str, message: str) -> None:
        self.errors.append(FieldError(tuple(self.path), code, message))


Reading = Callable[[Row, Trail], object]


def leaf(key: str, position: int, convert: Convert | None, *, required: bool) -> Reading:
    """A value of the row. A value that cannot be converted counts as missing."""

    def read(row: Row, trail: Trail) -> object:
        value = row[position]
        if value is not None and convert is not None:
            value = convert(value)
        if value is None and required:
            raise trail.missing(key)
        return value

    return read


def constant(value: object) -> Reading:
    return lambda _row, _trail: value


def record(entries: Sequence[tuple[str, Reading]]) -> Reading:
    """An object whose entries all come from the one row it is given."""

    def read(row: Row, trail: Trail) -> object:
        return {key: entry(row, trail) for key, entry in entries}

    return read


def present(position: int, reading: Reading) -> Reading:
    """Null where the linked node is not there, which its id tells."""

    def read(row: Row, trail: Trail) -> object:
        return None if row[position] is None else reading(row, trail)

    return read


def each(position: int, reading: Reading) -> Reading:
    """A list of objects, none of which may be null."""

    def read(row: Row, trail: Trail) -> object:
        return entries(row[position], reading, trail)

    return read


def entries(rows: Sequence[Row], reading: Reading, trail: Trail) -> list[object]:
    values: list[object] = []
    path = trail.path
    for index, row in enumerate(rows):
        path.append(index)
        value = reading(row, trail)
        if value is None:
            raise trail.missing()
        values.append(value)
        path.pop()
    return values


def guarded(key: str | int, reading: Reading, *, required: bool) -> Reading:
    """Stands at a field that holds objects: keeps the path, and stops a missing value where null is allowed."""

    def read(row: Row, trail: Trail) -> object:
        depth = len(trail.path)
        trail.path.append(key)
        try:
            value = reading(row, trail)
        except Missing as missing:
            if required:
                raise
            del trail.path[depth:]
            trail.errors.append(missing_value(missing))
            return None
        if value is None and required:
            raise trail.missing()
        del trail.path[depth:]
        return value

    return read


def missing_value(missing: Missing) -> FieldError:
    return FieldError(missing.path, VALUE_MISSING, "The graph holds no value for a field that must have one.")
