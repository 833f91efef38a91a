from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Parameters = Mapping[str, Any]
Extra = Callable[[Parameters], int]


@dataclass(slots=True)
class Cost:
    """What the rows of one list cost at most, known without a look at the graph.

    The unit is a row that is read and shown: 10 to 20 µs of a core of the graph (measured). Lists multiply: a list
    costs its size times what each of its entries costs, and `opening` once for each parent. `size` is a number, or the
    name of the parameter that holds it, or a list of so many.
    """

    size: int | str = 1
    opening: int = 0
    each: int = 0
    below: list[Cost] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)

    def open(self, rows: int) -> None:
        """Reading so many rows before the first is shown."""
        self.opening += rows

    def also(self, extra: Extra) -> None:
        """Something that depends on the request's values."""
        self.extras.append(extra)

    def weigh(self, rows: int) -> None:
        """Each entry costs so many rows more."""
        self.each += rows

    def add(self, below: Cost) -> None:
        self.below.append(below)

    def of(self, parameters: Parameters) -> int:
        opening = self.opening
        for extra in self.extras:
            opening += extra(parameters)
        each = 1 + self.each
        for below in self.below:
            each += below.of(parameters)
        return opening + self._entries(parameters) * each

    def _entries(self, parameters: Parameters) -> int:
        if isinstance(self.size, int):
            return self.size
        size = parameters[self.size]
        return len(size) if isinstance(size, list) else int(size)
