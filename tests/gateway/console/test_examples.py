from __future__ import annotations

import json
from pathlib import Path

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "console" / "src" / "examples").glob("*.graphql"))
# What fits beside the buttons of the editor in a window of 1440 pixels.
WIDTH = 58


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text())


def test_there_is_an_example_for_each_thing_the_console_shows() -> None:
    assert [path.stem for path in EXAMPLES] == [
        "1-profile-page",
        "2-newest-profiles",
        "3-live-profile",
        "4-welcome-subscriber",
        "5-send-letter",
        "6-track-events",
        "7-record-purchases",
    ]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_and_its_variables_fit_the_schema(schema: GraphQLSchema, path: Path) -> None:
    document = parse(path.read_text())
    assert validate(schema, document) == []
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    variables = json.loads(path.with_suffix(".json").read_text())
    definitions = operation.variable_definitions or ()
    assert {definition.variable.name.value for definition in definitions} == set(variables)
    assert not isinstance(get_variable_values(schema, definitions, variables), list)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_says_first_what_it_shows_and_fits_the_window(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert lines[0].startswith("# ")
    assert [line for line in lines if len(line) > WIDTH] == []


def test_the_lock_and_the_page_name_no_address() -> None:
    lock = (ROOT / "console" / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert "://" not in lock
    assert "://" not in (ROOT / "console" / "index.html").read_text()
