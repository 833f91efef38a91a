from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Grid:
    """A table, for a terminal and for a Markdown file. All columns but the first hold numbers."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def show(self) -> None:
        table = Table(*self.columns, title=self.title, title_justify="left", padding=(0, 0, 0, 1))
        table.columns[0].no_wrap = True
        for column in table.columns[1:]:
            column.justify = "right"
        for row in self.rows:
            table.add_row(*row)
        Console(width=130).print(table)

    def markdown(self) -> str:
        marks = ["---", *["---:"] * (len(self.columns) - 1)]
        lines = [_line(each) for each in (self.columns, marks, *self.rows)]
        return f"### {self.title}\n\n" + "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
