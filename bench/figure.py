from __future__ import annotations

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. `goal` is what the product promises; `runs` are the raw numbers behind the median."""

    name: str
    unit: str
    runs: tuple[float, ...]
    goal: float | None = None
    higher_is_better: bool = False

    @property
    def value(self) -> float:
        return median(self.runs)

    @property
    def ratio(self) -> float | None:
        """1 is just what was promised, 2 twice as good."""
        if self.goal is None:
            return None
        return self.value / self.goal if self.higher_is_better else self.goal / self.value
