"""What a gateway says, to its clients and in its log, while the graph is away or too slow."""

from __future__ import annotations

import pytest

from gateway.api_keys import ALL_SCOPES, Viewer
from gateway.operations import GraphQLRequest, Operations
from graph.errors import GraphTimeout, GraphUnavailable, ReadsFull
from graph.reading.answer import Answer
from tests.gateway.doubles import World

VIEWER = Viewer("key_1", "API_KEY", ALL_SCOPES)
ASK = GraphQLRequest('{ profile(by: {id: "prf_anna"}) { id } }')


async def test_an_outage_is_logged_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    world = World()
    operations = Operations(world.schema, world.services())
    away, answer = GraphUnavailable("the graph cannot be reached"), Answer({"profile": None})
    world.reader.answers = [answer, away, away, ReadsFull("x"), answer, answer, ReadsFull("x")]

    statuses = [(await operations.run(ASK, VIEWER, "request")).status for _ in range(7)]

    assert statuses == [200, 503, 503, 503, 200, 200, 503]
    assert [each.getMessage() for each in caplog.records] == [
        "the graph does not answer: the graph cannot be reached",
        "the graph answers again",
    ]


@pytest.mark.parametrize(
    ("error", "status", "code", "message"),
    [
        (ReadsFull("x"), 503, "UNAVAILABLE", "Too many reads wait for the graph. Try again in a moment."),
        (GraphUnavailable("x"), 503, "UNAVAILABLE", "The graph cannot be reached now. Try again in a moment."),
        (GraphTimeout("x"), 504, "TIMEOUT", "This took too long and was stopped. Nothing was changed."),
    ],
)
async def test_a_read_that_failed_says_why(error: Exception, status: int, code: str, message: str) -> None:
    world = World()
    world.reader.answers = [error]
    outcome = await Operations(world.schema, world.services()).run(ASK, VIEWER, "request")

    assert outcome.status == status
    assert outcome.body == {
        "data": None,
        "errors": [{"message": message, "extensions": {"code": code, "requestId": "request"}}],
    }
