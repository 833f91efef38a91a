from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, auto

from graph.reading.arguments import Arguments
from graph.reading.cursor import SortValue
from graph.reading.text import filled
from graph.vocabulary import SortDirection


class SortKind(StrEnum):
    """How a sort value crosses the driver."""

    TIME = auto()
    INTEGER = auto()
    TEXT = auto()


_PYTHON_TYPES: dict[SortKind, type] = {SortKind.TIME: int, SortKind.INTEGER: int, SortKind.TEXT: str}


@dataclass(frozen=True, slots=True)
class SortKey:
    """An expression of the listed variable `{v}`. Where it may be null, nulls come last in both directions."""

    expression: str
    kind: SortKind
    nullable: bool = False

    def of(self, variable: str) -> str:
        return filled(self.expression, v=variable)

    def read(self, variable: str) -> str:
        """The value as it may leave the graph: no temporal value crosses the driver, it costs four times as much."""
        return f"{self.of(variable)}.epochMillis" if self.kind is SortKind.TIME else self.of(variable)

    def value(self, parameter: str) -> str:
        return f"datetime({{epochMillis: {parameter}}})" if self.kind is SortKind.TIME else parameter

    def accepts(self, value: SortValue) -> bool:
        return self.nullable if value is None else isinstance(value, _PYTHON_TYPES[self.kind])


@dataclass(frozen=True, slots=True)
class Order:
    """A total order: by the key, then by id in the same direction. `name` tells its cursors from all others."""

    name: str
    key: SortKey | None = None
    identity: str = "{v}.id"
    descending: bool = False

    def turned(self, arguments: Arguments) -> Order:
        """As the `direction` argument asks. Cursors stay valid: they say a place, not a direction."""
        return self.towards(arguments.itself("direction"))

    def towards(self, direction: object) -> Order:
        return self if direction is None else replace(self, descending=direction == SortDirection.DESC)

    @property
    def is_nullable(self) -> bool:
        return self.key is not None and self.key.nullable

    def index(self, variable: str, label: str, *leading: str, seek: bool) -> str:
        """The hint for the index that has this order.

        Without it a graph whose figures are old or empty reads the whole index instead of a part of it, or another
        index and sorts (seen: 6,042 entries instead of 21). `seek` is for statements that bound the first property.
        """
        key = () if self.key is None else (self.key.of(variable),)
        properties = (*leading, *key, self.id_of(variable))
        names = ", ".join(each.removeprefix(f"{variable}.") for each in properties)
        return f" USING INDEX {'SEEK ' if seek else ''}{variable}:{label}({names})"

    def first(self, variable: str) -> str:
        """The expression that is compared first."""
        return self.id_of(variable) if self.key is None else self.key.of(variable)

    def id_of(self, variable: str) -> str:
        return filled(self.identity, v=variable)

    def accepts(self, value: SortValue) -> bool:
        return value is None if self.key is None else self.key.accepts(value)

    def by(self, variable: str, *leading: str, down: bool) -> str:
        """The ORDER BY of this order, behind expressions that are equal for all entries."""
        keys = [*leading, *([self.key.of(variable)] if self.key else []), self.id_of(variable)]
        return ", ".join(f"{key} {'DESC' if down else 'ASC'}" for key in keys)

    def of_candidates(self, variable: str, *, backward: bool) -> str:
        """The ORDER BY of a list without an index: nulls come last, and first where it is read from its end."""
        by = self.by(variable, down=self.descending != backward)
        return by if self.key is None else f"{self.key.of(variable)} IS NULL {'DESC' if backward else 'ASC'}, {by}"
