"""Whether the items of a list that a template goes through have what it says of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from liquid import BoundTemplate, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import LoopExpression, Path
from liquid.builtin.tags.for_tag import ForNode
from liquid.expression import Expression

from graph.templates.known import LISTS

# The names that loops have made, and the fields of what they stand for; None where nobody knows these.
_Items = Mapping[str, frozenset[str] | None]
_NONE: Final[_Items] = {}


def faults_of_items(template: BoundTemplate, assigned: Collection[str]) -> dict[int, str]:
    """Places in the source that name a field which no item has; `assigned` are names that the template itself makes."""
    context = RenderContext(template)
    return dict(fault for node in template.nodes for fault in _in_node(node, _NONE, assigned, context))


def _in_node(node: Node, items: _Items, assigned: Collection[str], context: RenderContext) -> Iterator[tuple[int, str]]:
    for expression in node.expressions():
        yield from _in_expression(expression, items)
    within = items
    if isinstance(node, ForNode) and isinstance(node.expression, LoopExpression):
        fields = _fields(node.expression.iterable, items, assigned)
        within = {**items, str(node.expression.identifier): fields}
    for each in node.children(context, include_partials=False):
        yield from _in_node(each, within, assigned, context)


def _in_expression(expression: Expression, items: _Items) -> Iterator[tuple[int, str]]:
    if isinstance(expression, Path) and len(expression.path) > 1:
        name, field = expression.path[:2]
        fields = items.get(str(name))
        if fields is not None and field not in fields:
            yield expression.token.start_index, f"`{name}` has no such field."
    for each in expression.children():
        yield from _in_expression(each, items)


def _fields(iterable: Expression, items: _Items, assigned: Collection[str]) -> frozenset[str] | None:
    if not isinstance(iterable, Path) or iterable.path[0] in items or iterable.path[0] in assigned:
        return None
    return LISTS.get(tuple(map(str, iterable.path)))
