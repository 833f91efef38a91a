from __future__ import annotations

from dataclasses import dataclass, field

from graph.reading.answer import Path
from graph.reading.arguments import Arguments, Inquiry, Source, Values
from graph.reading.computation import Computation
from graph.reading.cost import Cost
from graph.reading.cursor import Cursors
from graph.reading.text import filled
from graph.selection import Selection

# The parameter that the clock gives, and no argument.
NOW = "now"


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom a statement is written: with whose cursors, and whether personal data may be looked for."""

    cursors: Cursors
    sees_pii: bool = True


class Draft:
    """What one statement's parts share while it is written: names and parameters, both counted from 0.

    Counting in the order of the document gives the same text for the same document, so that the graph's own cache of
    plans hits.
    """

    __slots__ = ("_names", "caller", "checks", "inquiry", "sources", "uses_now")

    def __init__(self, caller: Caller, values: Values) -> None:
        self.caller = caller
        self.inquiry = Inquiry(values)
        self.sources: dict[str, Source] = {}
        self.checks: list[Source] = []
        self.uses_now = False
        self._names = 0

    def arguments(self, selection: Selection, path: Path) -> Arguments:
        return Arguments(selection.arguments, self.inquiry, path)

    def parameter(self, source: Source) -> str:
        """How the statement names this value."""
        return f"${self.named(source)}"

    def now(self) -> str:
        """How the statement names the time of the request, in epoch ms."""
        self.uses_now = True
        return f"${NOW}"

    def dated(self, template: str) -> str:
        """The template with the time of the request for `{now}`; without that mark no time is asked for."""
        return filled(template, now=self.now()) if "{now}" in template else template

    def constant(self, value: object) -> str:
        return self.parameter(Source(None, value))

    def check(self, *sources: Source) -> None:
        """Has values looked at with each request although the statement does not need them."""
        self.checks.extend(source for source in sources if source.slot is not None)

    def named(self, source: Source) -> str:
        """How the assembly names this value."""
        name = f"p{len(self.sources)}"
        self.sources[name] = source
        return name

    def name(self, kind: str = "v") -> str:
        self._names += 1
        return f"{kind}{self._names - 1}"


@dataclass(slots=True)
class Rows:
    """The rows of one list: which columns each carries, what they cost, and where in the rows above they stand.

    A row is a list, not a map: positions are known here, and maps cost the graph 14 % more and the client 36 %.
    """

    cost: Cost
    above: Rows | None = None
    position: int | None = None
    columns: list[str] = field(default_factory=list)
    clauses: list[str] = field(default_factory=list)
    computations: list[Computation] = field(default_factory=list)
    bound: dict[tuple[str, str], str] = field(default_factory=dict)
    below: list[Rows] = field(default_factory=list)


class Scope:
    """One variable of the rows of one list."""

    __slots__ = ("draft", "rows", "variable")

    def __init__(self, draft: Draft, variable: str, rows: Rows | None = None) -> None:
        self.draft = draft
        self.variable = variable
        self.rows = rows or Rows(Cost())

    def at(self, variable: str) -> Scope:
        """The same rows, seen from another variable that is bound in them."""
        return Scope(self.draft, variable, self.rows)

    def below(self, variable: str, cost: Cost) -> Scope:
        """Rows of their own, for the entries of a list."""
        rows = Rows(cost, above=self.rows)
        self.rows.below.append(rows)
        self.rows.cost.add(cost)
        return Scope(self.draft, variable, rows)

    def alternative(self) -> Scope:
        """Rows of their own for the same variable, where entries may be of several kinds."""
        return self.below(self.variable, Cost(1, each=-1))

    def column(self, expression: str) -> int:
        """The position of an expression in the row; asked twice, it stands there once."""
        columns = self.rows.columns
        if expression in columns:
            return columns.index(expression)
        columns.append(expression)
        return len(columns) - 1

    def blank(self) -> int:
        """A position that the graph leaves empty, to be filled in by a computation."""
        self.rows.columns.append("null")
        return len(self.rows.columns) - 1

    def compute(self, computation: Computation) -> None:
        self.rows.computations.append(computation)

    def clause(self, text: str) -> None:
        self.rows.clauses.append(text)

    def listed(self, inner: Scope, name: str) -> int:
        """The position of a subquery's rows in this scope's row."""
        inner.rows.position = self.column(name)
        return inner.rows.position

    def bound(self, template: str) -> str | None:
        return self.rows.bound.get((self.variable, template))

    def bind(self, template: str, variable: str) -> None:
        self.rows.bound[self.variable, template] = variable
        # A link is a row read.
        self.rows.cost.weigh(1)

    def row(self) -> str:
        return f"[{', '.join(self.rows.columns)}]"

    def body(self) -> str:
        return "".join(f"{clause}\n" for clause in self.rows.clauses)
