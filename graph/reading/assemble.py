"""How a record becomes an answer, told twice.

`read` is careful: it knows where in the answer it stands, and what is missing. `source` writes the same as one Python
expression, which is compiled once for each plan and takes about a third of the time, but gives up at anything
unforeseen; then `read` is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from graph.reading.answer import FORBIDDEN, INTERNAL, VALUE_MISSING, FieldError, Path
from graph.reading.computation import FAILED
from graph.reading.source_code import SourceCode
from graph.selection import Selection, Withheld

Row = Sequence[Any]
Convert = Callable[[Any], object]


class Missing(Exception):
    """A field that may not be null has no value; the nearest field above that may be null becomes null."""

    def __init__(self, error: FieldError) -> None:
        super().__init__(error)
        self.error = error


class Trail:
    """Where in the answer the assembly stands, what it found wrong, and the request's parameters."""

    __slots__ = ("errors", "parameters", "path")

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self.parameters = parameters
        self.path: list[str | int] = []
        self.errors: list[FieldError] = []

    def missing(self, *below: str | int) -> Missing:
        return Missing(missing_value((*self.path, *below)))

    def refuse(self, code: str, message: str, *below: str | int) -> FieldError:
        return FieldError((*self.path, *below), code, message)


class Reading(Protocol):
    def read(self, row: Row, trail: Trail) -> object:
        """Raises Missing."""

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        """An expression of the row that the expression `row` gives; `nothing` stands where there is no value."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value of the row. A value that cannot be converted counts as missing."""

    key: str
    position: int
    convert: Convert | None
    required: bool

    def read(self, row: Row, trail: Trail) -> object:
        value = row[self.position]
        if value is not None and self.convert is not None:
            value = _converted(value, self.convert)
        if value is None and self.required:
            raise trail.missing(self.key)
        return value

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        del nothing
        value = f"{row}[{self.position}]"
        if self.convert is None:
            return value
        converted = f"{code.constant(self.convert)}({value})"
        # What must be there is converted without a look: every conversion fails at None.
        return converted if self.required else f"(None if {value} is None else {converted})"


def _converted(value: object, convert: Convert) -> object:
    try:
        return convert(value)
    except (ValueError, TypeError, ArithmeticError):
        return None


@dataclass(frozen=True, slots=True)
class Constant:
    value: object

    def read(self, row: Row, trail: Trail) -> object:
        del row, trail
        return self.value

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        del code, row, nothing
        return repr(self.value)


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A field that the caller has no right to."""

    key: str
    required: bool

    def read(self, row: Row, trail: Trail) -> object:
        del row
        error = trail.refuse(FORBIDDEN, "Your key has no right to this.", self.key)
        if self.required:
            raise Missing(error)
        trail.errors.append(error)
        return None

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        del row, nothing
        return code.give_up


@dataclass(frozen=True, slots=True)
class Record:
    """An object whose entries all come from the one row it is given."""

    entries: tuple[tuple[str, Reading], ...]

    def read(self, row: Row, trail: Trail) -> object:
        return {key: entry.read(row, trail) for key, entry in self.entries}

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        del nothing
        entries = ", ".join(f"{key!r}: {entry.source(code, row, 'None')}" for key, entry in self.entries)
        missing = " or ".join(f"{row}[{position}] is None" for position in self._unchecked())
        return f"({code.give_up} if {missing} else {{{entries}}})" if missing else f"{{{entries}}}"

    def _unchecked(self) -> list[int]:
        leaves = (entry for _, entry in self.entries if isinstance(entry, Leaf))
        return list(dict.fromkeys(leaf.position for leaf in leaves if leaf.required and leaf.convert is None))


@dataclass(frozen=True, slots=True)
class Present:
    """Nothing where the linked node is not there, which its id tells."""

    position: int
    reading: Reading

    def read(self, row: Row, trail: Trail) -> object:
        return None if row[self.position] is None else self.reading.read(row, trail)

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        return f"({nothing} if {row}[{self.position}] is None else {self.reading.source(code, row, nothing)})"


@dataclass(frozen=True, slots=True)
class Inside:
    """An object of a row that stands in this one."""

    position: int
    reading: Reading

    def read(self, row: Row, trail: Trail) -> object:
        return self.reading.read(row[self.position], trail)

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        return self.reading.source(code, f"{row}[{self.position}]", nothing)


@dataclass(frozen=True, slots=True)
class Each:
    """A list of objects, none of which may be null."""

    position: int
    reading: Reading

    def read(self, row: Row, trail: Trail) -> object:
        values: list[object] = []
        path = trail.path
        for index, entry in enumerate(row[self.position]):
            path.append(index)
            value = self.reading.read(entry, trail)
            if value is None:
                raise trail.missing()
            values.append(value)
            path.pop()
        return values

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        del nothing
        entry = code.name()
        return f"[{self.reading.source(code, entry, code.give_up)} for {entry} in {row}[{self.position}]]"


@dataclass(frozen=True, slots=True)
class Computed:
    """What a computation left in the row. Where it failed the field is null, and an error says so."""

    position: int
    reading: Reading

    def read(self, row: Row, trail: Trail) -> object:
        value = row[self.position]
        if value is FAILED:
            raise Missing(trail.refuse(INTERNAL, "This could not be computed."))
        return None if value is None else self.reading.read(value, trail)

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        value = f"{row}[{self.position}]"
        written = self.reading.source(code, value, nothing)
        return f"({nothing} if {value} is None else {written})"


@dataclass(frozen=True, slots=True)
class Guarded:
    """Stands at a field that holds objects: keeps the path, and stops a missing value where null is allowed."""

    key: str | int
    reading: Reading
    required: bool

    def read(self, row: Row, trail: Trail) -> object:
        depth = len(trail.path)
        trail.path.append(self.key)
        try:
            value = self.reading.read(row, trail)
        except Missing as missing:
            if self.required:
                raise
            del trail.path[depth:]
            trail.errors.append(missing.error)
            return None
        if value is None and self.required:
            raise trail.missing()
        del trail.path[depth:]
        return value

    def source(self, code: SourceCode, row: str, nothing: str) -> str:
        del nothing
        return self.reading.source(code, row, code.give_up if self.required else "None")


def withheld_reading(selection: Selection, withheld: Withheld) -> Reading:
    """What stands in the place of a field that the caller may not see."""
    if withheld is Withheld.BLANK:
        return Constant(None)
    return Forbidden(selection.response_key, required=withheld is Withheld.FORBIDDEN_REQUIRED)


def missing_value(path: Path) -> FieldError:
    return FieldError(path, VALUE_MISSING, "The graph holds no value for a field that must have one.")
