from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest
from click.testing import CliRunner

from gateway.api_keys import key_hash
from gateway.commands.key import key
from graph.connection import Graph
from graph.settings import GraphSettings

_KEPT = "MATCH (key:ApiKey) RETURN key.hash AS hash, key.scopes AS scopes"


@pytest.fixture
def database(
    graph: Graph, graph_settings: GraphSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[neo4j.Session]:
    """The tests' graph, empty, where the command looks for it; asked past the gateway's own connection."""
    del graph
    monkeypatch.setenv("CUSTOMER_GRAPH_DATA", str(tmp_path))
    monkeypatch.setenv("GRAPH_URI", graph_settings.uri)
    monkeypatch.setenv("GRAPH_PASSWORD", "any")
    with neo4j.GraphDatabase.driver(graph_settings.uri, auth=None) as driver, driver.session() as session:
        yield session


@pytest.mark.parametrize(
    ("options", "scopes"),
    [
        ((), ["profile:read", "profile:write", "profile:pii", "message:send", "bulk"]),
        (("--scope", "profile:read"), ["profile:read"]),
        (("--scope", "message:send", "--scope", "profile:read"), ["profile:read", "message:send"]),
        (("--scope", "profile:read", "--scope", "profile:read"), ["profile:read"]),
    ],
)
def test_a_key_may_do_what_was_said_and_everything_where_nothing_was(
    database: neo4j.Session, options: tuple[str, ...], scopes: list[str]
) -> None:
    answer = CliRunner().invoke(key, options)

    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith("cgk_")
    (kept,) = database.run(_KEPT).data()
    assert kept == {"hash": key_hash(answer.output.strip()), "scopes": scopes}


def test_a_scope_that_does_not_exist_makes_no_key(database: neo4j.Session) -> None:
    answer = CliRunner().invoke(key, ["--scope", "profile:everything"])

    assert answer.exit_code == 2
    assert "'profile:everything' is not one of 'profile:read', 'profile:write', 'profile:pii'" in answer.output
    assert "cgk_" not in answer.output
    assert database.run(_KEPT).data() == []


def test_the_help_names_the_scopes() -> None:
    assert "[profile:read|profile:write|profile:pii|message:send|bulk]" in CliRunner().invoke(key, ["--help"]).output
