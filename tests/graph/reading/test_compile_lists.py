"""The statement of each kind of list and filter, as it is sent; those of plain fields are in test_compile.py."""

from __future__ import annotations

import pytest

from graph.reading.compile import compiled
from graph.reading.draft import Caller
from graph.selection import Given, Selection
from tests.graph.reading import golden_lists, golden_people
from tests.graph.reading.documents import selections_of
from tests.graph.reading.places import CURSORS

GOLDEN = {**golden_lists.STATEMENTS, **golden_people.STATEMENTS}


@pytest.mark.parametrize("kind", GOLDEN)
def test_each_kind_of_list_has_this_statement(kind: str) -> None:
    document, text, parameters = GOLDEN[kind]
    plan = compiled(selections_of("{" + document + "}"), Caller(CURSORS))
    assert plan.statement is not None
    assert plan.statement.text == text.strip()
    assert plan.constants == parameters


@pytest.mark.parametrize("kind", GOLDEN)
def test_values_that_come_with_each_request_give_the_same_statement(kind: str) -> None:
    """Whole arguments become slots; what the statement says does not change."""
    document, text, parameters = GOLDEN[kind]
    values: list[object] = []

    def with_slots(selection: Selection) -> Selection:
        arguments: dict[str, object] = {}
        for name, value in selection.arguments.items():
            arguments[name] = Given(len(values))
            values.append(value)
        children = tuple(with_slots(each) for each in selection.children)
        return Selection(selection.response_key, selection.name, arguments, children, on=selection.on)

    selections = [with_slots(each) for each in selections_of("{" + document + "}")]
    plan = compiled(selections, Caller(CURSORS), values)
    assert plan.statement is not None
    assert plan.statement.text == text.strip()
    assert plan.parameters(values) == parameters
    assert len(values) >= 1
