"""A query that the ordinary executor walks reads all that it asks of the graph by one statement."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.api_keys import ALL_SCOPES, Viewer
from gateway.operations import GraphQLRequest, Operations, Outcome
from gateway.schema.root_reads import RootReads
from graph.reading.answer import Answer, BadArgument, FieldError
from tests.gateway.doubles import ANNA, World

VIEWER = Viewer("key_1", "API_KEY", ALL_SCOPES)


@pytest.fixture
def world() -> World:
    world = World()
    world.reader.entities["prf_anna"] = ANNA
    return world


async def ask(world: World, query: str, **variables: Any) -> Outcome:
    return await Operations(world.schema, world.services()).run(GraphQLRequest(query, variables), VIEWER, "request")


async def test_fields_beside_the_viewer_are_read_together(world: World) -> None:
    outcome = await ask(
        world,
        """{ viewer { kind } a: profile(by: {id: "prf_anna"}) { id } ...more __typename }
        fragment more on Query { b: profile(by: {id: "prf_anna"}) { city } __type(name: "Profile") { name } }""",
    )
    assert outcome.body["data"] == {
        "viewer": {"kind": "API_KEY"},
        "a": {"id": "prf_anna"},
        "b": {"city": "Leeds"},
        "__type": {"name": "Profile"},
        "__typename": "Query",
    }
    assert [[each.response_key for each in asked] for asked in world.reader.asked] == [["a", "b"]]


async def test_what_is_refused_for_one_of_them_is_said_once(world: World) -> None:
    world.reader.answers = [BadArgument("BAD_USER_INPUT", "first must be between 1 and 100.", ("a", "events"))]
    outcome = await ask(
        world, '{ viewer { kind } a: profile(by: {id: "x"}) { id } b: profile(by: {id: "prf_anna"}) { id } }'
    )
    assert outcome.body["data"] == {"viewer": {"kind": "API_KEY"}, "a": None, "b": None}
    (error,) = outcome.body["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["a", "events"], "BAD_USER_INPUT")


async def test_a_field_that_failed_leaves_the_others_theirs(world: World) -> None:
    failed = FieldError(("a",), "NOT_FOUND", "No.")
    world.reader.answers = [Answer({"a": None, "b": ANNA}, (failed,))]
    outcome = await ask(
        world, '{ viewer { kind } a: profile(by: {id: "x"}) { id } b: profile(by: {id: "prf_anna"}) { id } }'
    )
    assert outcome.body["data"] == {"viewer": {"kind": "API_KEY"}, "a": None, "b": {"id": "prf_anna"}}
    assert [error["path"] for error in outcome.body["errors"]] == [["a"]]


async def test_what_leaves_nothing_of_the_whole_is_said_once_and_with_its_reason(world: World) -> None:
    failed = FieldError(("a", "nodes"), "FORBIDDEN", "No.")
    world.reader.answers = [Answer(None, (failed,))]
    outcome = await ask(
        world,
        '{ a: products { nodes { id } } viewer { kind } b: products { __typename } c: resource(by: {id: "x"}) { id } }',
    )
    assert outcome.body["data"] is None
    assert [(error["path"], error["extensions"]["code"]) for error in outcome.body["errors"]] == [
        (["a", "nodes"], "FORBIDDEN")
    ]


async def test_who_is_given_up_takes_the_answer_from_nobody() -> None:
    reads, gate, asked = RootReads(), asyncio.Event(), []

    async def read() -> dict[str, object]:
        asked.append(1)
        await gate.wait()
        return {"a": 1, "b": 2}

    first, second = (asyncio.create_task(reads.value(key, read)) for key in ("a", "b"))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    gate.set()

    assert await second == 2
    assert first.cancelled()
    assert asked == [1]
