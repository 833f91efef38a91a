from __future__ import annotations

from graph.reading.cursor import Cursors


class Draft:
    """What one statement's parts share while it is written: cursors, and names and parameters, both counted from 0.

    Counting in the order of the document gives the same text for the same document, so that the graph's own cache of
    plans hits.
    """

    __slots__ = ("_names", "cursors", "parameters")

    def __init__(self, cursors: Cursors) -> None:
        self.cursors = cursors
        self.parameters: dict[str, object] = {}
        self._names = 0

    def parameter(self, value: object) -> str:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def name(self, kind: str = "v") -> str:
        self._names += 1
        return f"{kind}{self._names - 1}"


class Scope:
    """One variable of one row: what is bound after it, and which columns its row carries.

    A row is a list, not a map: positions are known here, and maps cost the graph 14 % more and the client 36 %.
    """

    __slots__ = ("_bound", "clauses", "columns", "draft", "variable")

    def __init__(self, draft: Draft, variable: str) -> None:
        self.draft = draft
        self.variable = variable
        self.clauses: list[str] = []
        self.columns: list[str] = []
        self._bound: dict[tuple[str, str], str] = {}

    def at(self, variable: str) -> Scope:
        """The same row, seen from another variable that is bound in it."""
        other = Scope(self.draft, variable)
        other.clauses, other.columns, other._bound = self.clauses, self.columns, self._bound
        return other

    def below(self, variable: str) -> Scope:
        """A row of its own, for the entries of a list."""
        return Scope(self.draft, variable)

    def column(self, expression: str) -> int:
        """The position of an expression in the row; asked twice, it stands there once."""
        if expression in self.columns:
            return self.columns.index(expression)
        self.columns.append(expression)
        return len(self.columns) - 1

    def bound(self, template: str) -> str | None:
        return self._bound.get((self.variable, template))

    def bind(self, template: str, variable: str) -> None:
        self._bound[self.variable, template] = variable

    def row(self) -> str:
        return f"[{', '.join(self.columns)}]"

    def body(self) -> str:
        return "".join(f"{clause}\n" for clause in self.clauses)
