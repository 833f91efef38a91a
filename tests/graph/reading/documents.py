from __future__ import annotations

from collections.abc import Callable, Mapping

from graphql import (
    FieldNode,
    InlineFragmentNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    parse,
    value_from_ast_untyped,
)

from graph.selection import Given, Selection

# What stands for a variable that is a whole argument.
Variable = Callable[[str], object]


def selections_of(document: str, variable: Variable | None = None) -> tuple[Selection, ...]:
    """A document's fields as the plain tree that the reader takes; times are written as epoch milliseconds."""
    (operation,) = parse(document).definitions
    return _fields(operation.selection_set, None, variable)  # type: ignore[attr-defined]  # the only one is an operation


def with_slots(document: str, names: tuple[str, ...]) -> tuple[Selection, ...]:
    """Each variable is a slot: its place among the names."""
    return selections_of(document, lambda name: Given(names.index(name)))


def _fields(chosen: SelectionSetNode | None, on: str | None, variable: Variable | None) -> tuple[Selection, ...]:
    found: list[Selection] = []
    for node in chosen.selections if chosen else ():
        if isinstance(node, InlineFragmentNode):
            narrowed = node.type_condition.name.value if node.type_condition else on
            found.extend(_fields(node.selection_set, narrowed, variable))
        elif isinstance(node, FieldNode):
            found.append(_field(node, on, variable))
    return tuple(found)


def _field(node: FieldNode, on: str | None, variable: Variable | None) -> Selection:
    return Selection(
        response_key=(node.alias or node.name).value,
        name=node.name.value,
        arguments=_arguments(node, variable),
        children=_fields(node.selection_set, None, variable),
        on=on,
    )


def _arguments(node: FieldNode, variable: Variable | None) -> Mapping[str, object]:
    return {each.name.value: _value(each.value, variable) for each in node.arguments or ()}


def _value(node: ValueNode, variable: Variable | None) -> object:
    if isinstance(node, VariableNode) and variable is not None:
        return variable(node.name.value)
    return value_from_ast_untyped(node)
