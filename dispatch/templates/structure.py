"""What the form of a template says of it, whatever its names mean."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, cast

from liquid import BoundTemplate, RenderContext
from liquid.ast import ConditionalBlockNode, Node
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.logical import BooleanExpression, LogicalAndExpression
from liquid.builtin.expressions.primitive import IntegerLiteral, RangeLiteral
from liquid.builtin.tags.case_tag import MultiExpressionBlockNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.expression import Expression

from dispatch.templates.language import ALL_FILTERS, CountedContext
from dispatch.templates.text import MOST_ITEMS

_LOOP: Final = "forloop"
_PARTS_FOR_A_POINT: Final = 2


@dataclass(slots=True)
class Structure:
    """Where in the source what is wrong, and at which places a variable may be missing."""

    faults: dict[int, str] = field(default_factory=dict)
    optional: set[int] = field(default_factory=set)


def structure_of(template: BoundTemplate) -> Structure:
    """Looks through a template that was just parsed, and has its conditions pay from now on."""
    walk = _Walk(RenderContext(template))
    for node in template.nodes:
        walk.through(node, frozenset())
    return walk.found


@dataclass(slots=True)
class _Walk:
    static: RenderContext
    found: Structure = field(default_factory=Structure)

    def through(self, node: Node, sure: frozenset[str]) -> None:
        """Inside a condition that asks for it a variable is `sure` to be there."""
        for expression in node.expressions():
            self._expression(expression, sure)
        if isinstance(node, IfNode):
            self._expression(node.condition, sure)
            self.through(node.consequence, sure | _asked(node.condition))
            below: Iterator[Node] = (each for each in node.children(self.static) if each is not node.consequence)
        else:
            below = iter(node.children(self.static, include_partials=False))
        for each in below:
            self.through(each, sure)
        _let_pay(node)

    def _expression(self, expression: Expression, sure: frozenset[str]) -> None:
        match expression:
            case Path():
                self._path(expression, sure)
            case RangeLiteral():
                self._range(expression)
            case FilteredExpression(left=Path() as left, filters=[first, *_]) if first.name == "default":
                self.found.optional.add(left.token.start_index)
            case BooleanExpression():
                self.found.optional.update(each.token.start_index for each in _paths(expression.expression))
        if isinstance(expression, FilteredExpression):
            self._filters(expression)
        for each in expression.children():
            self._expression(each, sure)

    def _path(self, path: Path, sure: frozenset[str]) -> None:
        if str(path) in sure or any(str(path).startswith(f"{each}.") for each in sure):
            self.found.optional.add(path.token.start_index)
        for segment in path.path:
            if isinstance(segment, Path) and segment.path[0] != _LOOP:
                self.found.faults[path.token.start_index] = (
                    "A name in brackets must be a text, a number or of `forloop`."
                )

    def _range(self, found: RangeLiteral) -> None:
        start, stop = found.start, found.stop
        if not (isinstance(start, IntegerLiteral) and isinstance(stop, IntegerLiteral)):
            self.found.faults[found.token.start_index] = "A range must go from one number to another."
        elif stop.value - start.value >= MOST_ITEMS:
            self.found.faults[found.token.start_index] = f"A list may have at most {MOST_ITEMS:,} items."

    def _filters(self, expression: FilteredExpression) -> None:
        for each in expression.filters or ():
            function: Any = ALL_FILTERS.get(each.name)
            if function is None:
                self.found.faults[each.token.start_index] = "There is no such filter."
            elif not _takes(function, len(each.args), {name for arg in each.args if (name := _keyword(arg))}):
                self.found.faults[each.token.start_index] = "The filter takes other arguments."


class _Paid(Expression):
    """A condition, which pays for as much as it looks at before it does."""

    def __init__(self, inner: Expression) -> None:
        super().__init__(inner.token)
        self.inner = inner
        self.cost = 1 + _weight(inner) // _PARTS_FOR_A_POINT

    def __str__(self) -> str:
        return str(self.inner)

    def evaluate(self, context: RenderContext) -> object:
        cast("CountedContext", context).work.spend(self.cost)
        return self.inner.evaluate(context)

    def children(self) -> list[Expression]:
        return [self.inner]


def _let_pay(node: Node) -> None:
    match node:
        case IfNode() | UnlessNode():
            node.condition = _Paid(node.condition)
        case ConditionalBlockNode():
            node.expression = _Paid(node.expression)
        case MultiExpressionBlockNode():
            # Whatever type it says it has, it is only ever evaluated.
            node.expression = cast("Any", _Paid(node.expression))


def _weight(expression: Expression) -> int:
    return 1 + sum(_weight(each) for each in expression.children())


def _takes(function: Any, count: int, keywords: set[str]) -> bool:
    try:
        inspect.signature(function).bind(None, *[None] * count)
    except TypeError:
        return False
    return not keywords


def _keyword(argument: Any) -> str | None:
    name: str | None = getattr(argument, "name", None)
    return name


def _asked(condition: Expression) -> frozenset[str]:
    if not isinstance(condition, BooleanExpression):
        return frozenset()
    return frozenset(str(each) for each in _paths(condition.expression))


def _paths(expression: Expression) -> Iterator[Path]:
    """Those that must all be there for the condition to hold."""
    if isinstance(expression, Path):
        yield expression
    elif isinstance(expression, LogicalAndExpression):
        yield from _paths(expression.left)
        yield from _paths(expression.right)
