"""The query that docs/architecture.md follows travels as it says there."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.api_keys import ALL_SCOPES, Viewer
from gateway.operations import GraphQLRequest, Operations
from gateway.schema.build import build_schema
from graph.connection import Graph
from graph.reading.reader import Reader
from graph.reads_in_flight import ReadsInFlight
from graph.statement import Statement
from tests.gateway.doubles import World

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
VIEWER = Viewer("key_1", "API_KEY", ALL_SCOPES)


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def quoted(pattern: str) -> Any:
    (found,) = re.findall(pattern, PAGE.replace("\n", " "))
    return json.loads(found)


@dataclass
class RecordingGraph:
    record: list[Any]
    asked: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    reads: ReadsInFlight = field(default_factory=lambda: ReadsInFlight(1))

    async def read(self, statement: Statement, **parameters: object) -> list[Any]:
        self.asked.append((statement.text, parameters))
        return self.record


@pytest.fixture
def graph() -> RecordingGraph:
    return RecordingGraph(quoted(r"answers one record like `([^`]+)`"))


@pytest.fixture
def operations(graph: RecordingGraph) -> Operations:
    reader = Reader(cast("Graph", graph), b"key")
    services = replace(World().services(), reader=reader, graph=cast("Graph", graph))
    return Operations(build_schema(), services)


async def test_the_query_of_the_page_is_asked_by_its_statement(operations: Operations, graph: RecordingGraph) -> None:
    await operations.run(GraphQLRequest(block("graphql"), {"id": "prf_1"}), VIEWER, "request")

    ((text, parameters),) = graph.asked
    # The page breaks lines that are too wide for it.
    assert text.split() == block("cypher").split()
    assert parameters["p0"] == quoted(r"`p0 = ([^`]+)`") == "prf_1"
    assert parameters["p1"] == quoted(r"`p1 = ([^`]+)`") == 3


async def test_the_record_of_the_page_becomes_its_answer(operations: Operations) -> None:
    outcome = await operations.run(GraphQLRequest(block("graphql"), {"id": "prf_1"}), VIEWER, "request")

    profile = outcome.body["data"]["profile"]
    page = profile["events"]["pageInfo"]
    assert profile["name"] == "Ann"
    assert profile["events"]["nodes"] == [{"eventType": "page.viewed", "at": "2010-12-01T08:26:00.000Z"}]
    assert set(page) == {"endCursor"}
    assert page["endCursor"]


def test_every_file_that_a_page_names_is_there() -> None:
    named = {
        path
        for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
        for path in re.findall(r"`((?:graph|gateway|dispatch|tests|bench|docs)/[\w./-]*)", page.read_text())
    }
    assert len(named) > 20
    # One is made by who follows its page; a test does.
    made = {"dispatch/channels/pager.py"}
    assert {path for path in named if not (ROOT / path).exists()} == made
