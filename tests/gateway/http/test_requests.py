from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from graph.errors import GraphTimeout, GraphUnavailable
from graph.reading.answer import Answer, BadArgument, FieldError
from graph.selection import Selection
from tests.gateway.doubles import ANNA, AUTHORIZATION, KEY, World

PROFILE = '{ profile(by: {id: "prf_anna"}) { id name: firstName identifiers { nodes { masked } } } }'


@pytest.fixture
def world() -> World:
    world = World()
    world.reader.entities["prf_anna"] = ANNA
    return world


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(world.app().asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=AUTHORIZATION) as client:
        yield client


async def ask(client: httpx.AsyncClient, query: str, **body: Any) -> httpx.Response:
    return await client.post("/graphql", json={"query": query, **body})


async def test_a_query_is_read_in_one_go_and_answered_by_response_key(world: World, client: httpx.AsyncClient) -> None:
    response = await ask(client, PROFILE)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json() == {
        "data": {
            "profile": {
                "id": "prf_anna",
                "name": "Anna",
                "identifiers": {"nodes": [{"masked": "a…@example.org"}]},
            }
        }
    }
    assert len(world.reader.asked) == 1


async def test_typename_stands_where_it_was_asked_for(world: World, client: httpx.AsyncClient) -> None:
    response = await ask(client, '{ a: __typename profile(by: {id: "prf_anna"}) { id } b: __typename }')

    assert list(response.json()["data"].items()) == [("a", "Query"), ("profile", {"id": "prf_anna"}), ("b", "Query")]
    assert [each.name for each in world.reader.asked[0]] == ["profile"]


async def test_only_typename_asks_nothing_of_the_graph(world: World, client: httpx.AsyncClient) -> None:
    assert (await ask(client, "{ __typename }")).json() == {"data": {"__typename": "Query"}}
    assert world.reader.asked == []


async def test_introspection_and_data_come_in_one_answer_in_the_order_of_the_document(
    client: httpx.AsyncClient,
) -> None:
    text = """{
      __type(name: "Money") { name }
      viewer { kind scopes }
      who: node(id: "prf_anna") { __typename ... on Profile { first: firstName } }
    }"""
    response = await ask(client, text)

    assert list(response.json()["data"].items()) == [
        ("__type", {"name": "Money"}),
        (
            "viewer",
            {"kind": "API_KEY", "scopes": ["profile:read", "profile:write", "profile:pii", "message:send", "bulk"]},
        ),
        ("who", {"__typename": "Profile", "first": "Anna"}),
    ]


async def test_errors_of_fields_carry_code_and_request_id(world: World, client: httpx.AsyncClient) -> None:
    error = FieldError(("profile",), "AMBIGUOUS_MATCH", "Several people.")
    world.reader.answers = [Answer({"profile": None}, (error,))]
    response = await ask(client, PROFILE)

    assert response.status_code == 200
    assert response.json() == {
        "data": {"profile": None},
        "errors": [
            {
                "message": "Several people.",
                "path": ["profile"],
                "extensions": {"code": "AMBIGUOUS_MATCH", "requestId": response.headers["x-request-id"]},
            }
        ],
    }


async def test_a_bad_argument_is_named_and_nothing_is_answered(world: World, client: httpx.AsyncClient) -> None:
    world.reader.answers = [BadArgument("CURSOR_INVALID", "after is not a cursor of this list", ("profiles",))]
    response = await ask(client, '{ profiles(after: "x") { nodes { id } } }')

    assert response.status_code == 200
    (error,) = response.json()["errors"]
    assert error["message"] == "after is not a cursor of this list"
    assert error["path"] == ["profiles"]
    assert error["extensions"]["code"] == "CURSOR_INVALID"
    assert response.json()["data"] is None


@pytest.mark.parametrize("query", [PROFILE, '{ viewer { kind } node(id: "prf_anna") { id } }'])
async def test_while_the_graph_is_away_the_answer_is_503(world: World, client: httpx.AsyncClient, query: str) -> None:
    world.reader.answers = [GraphUnavailable("bolt://secret-host is down")]
    response = await ask(client, query)

    assert "secret-host" not in response.text
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    if query == PROFILE:
        assert response.status_code == 503
        assert response.headers["retry-after"] == "2"
        assert response.json()["data"] is None


async def test_a_time_limit_is_an_error_with_its_own_code(world: World, client: httpx.AsyncClient) -> None:
    world.reader.answers = [GraphTimeout("x")]
    response = await ask(client, PROFILE)

    assert response.status_code == 504
    assert response.json()["errors"][0]["extensions"]["code"] == "TIMEOUT"


@pytest.mark.parametrize("query", [PROFILE, '{ viewer { kind } profile(by: {id: "prf_anna"}) { id } }'])
async def test_a_bug_is_logged_under_the_request_id_and_never_shown(
    world: World, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    world.reader.answers = [RuntimeError("anna@example.org is in the way")]
    response = await ask(client, query)

    assert response.json()["errors"][0]["message"] == "Something went wrong on our side."
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "anna@example.org" not in response.text
    (record,) = [each for each in caplog.records if each.name == "gateway.public_errors"]
    assert response.headers["x-request-id"] in record.getMessage()
    assert "RuntimeError" in record.getMessage()
    assert "anna@example.org" not in caplog.text


BAD_BODIES: list[bytes] = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[]",
    b'[{"query": "{ __typename }"}]',
    b'"text"',
    b"null",
    b"{}",
    b'{"query": null}',
    b'{"query": ""}',
    b'{"query": 7}',
    b'{"query": {}}',
    b'{"query": "{ __typename }", "variables": []}',
    b'{"query": "{ __typename }", "variables": "x"}',
    b'{"query": "{ __typename }", "operationName": 1}',
    b'{"query": "{ __typename }", "operationName": "Other"}',
    b'{"query": "{ __typename }", "extensions": 1}',
    b'{"query": "query A { __typename } query B { __typename }"}',
    b'{"query": "{ __typename \\u0000 }"}',
    b'{"query": "{ __typename \\ud800 }"}',
    b'{"query": "{ nothing }"}',
    b'{"query": "{ "}',
    b'{"query": "subscription { profileChanged(id: \\"x\\") { revision } }"}',
    b'{"query": "query ($n: Int) { profiles(first: $n) { nodes { id } } }", "variables": {"n": "x"}}',
    b'{"query": "query ($n: Int) { profiles(first: $n) { nodes { id } } }", "variables": {"n": 99999999999999999999}}',
    b'{"query": "query ($n: Int) { profiles(first: $n) { nodes { id } } }", "variables": {"n": 1e999}}',
    b'{"query": "query ($by: ProfileRef!) { profile(by: $by) { id } }", "variables": {}}',
    b'{"query": "query ($by: ProfileRef!) { profile(by: $by) { id } }", "variables": {"by": {}}}',
    b'{"query": "query ($by: ProfileRef!) { profile(by: $by) { id } }", "variables": {"by": {"id": null}}}',
    b'{"query": "query ($by: ProfileRef!) { profile(by: $by) { id } }", "variables": {"by": {"id": {"a": [1]}}}}',
    b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 2000 + b"1" + b"}" * 2000 + b"}",
    b'{"query": "{ profiles(first: 99999999999999999999) { nodes { id } } }"}',
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
@pytest.mark.parametrize("media_type", ["application/json", "application/graphql-response+json"])
async def test_what_cannot_be_a_request_is_400_with_graphql_errors(
    world: World, client: httpx.AsyncClient, body: bytes, media_type: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"Content-Type": "application/json", "Accept": media_type}
    response = await client.post("/graphql", content=body, headers=headers)

    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert response.json()["errors"]
    assert "data" not in response.json()
    for error in response.json()["errors"]:
        assert error["extensions"]["requestId"] == response.headers["x-request-id"]
        assert error["extensions"]["code"] in {
            "BAD_REQUEST",
            "BAD_USER_INPUT",
            "SYNTAX_ERROR",
            "VALIDATION_FAILED",
        }
    assert world.reader.asked == []
    assert caplog.records == []


async def test_a_null_byte_in_a_value_is_a_value(world: World, client: httpx.AsyncClient) -> None:
    response = await ask(client, "query ($id: ID!) { node(id: $id) { id } }", variables={"id": "a\0b"})

    assert response.json() == {"data": {"node": None}}
    assert world.reader.asked == [(Selection("node", "node", {"id": "a\0b"}, (Selection("id", "id"),)),)]


async def test_a_body_over_the_limit_is_413_whether_or_not_it_says_so(world: World, client: httpx.AsyncClient) -> None:
    world.graph.scopes = ["profile:read", "profile:write"]
    body = _padded(256 * 1024)

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 10_000):
            yield body[start : start + 10_000]

    for content in (body, in_pieces()):
        response = await client.post("/graphql", content=content, headers={"Content-Type": "application/json"})
        assert response.status_code == 413
        assert response.json()["errors"][0]["extensions"]["code"] == "TOO_LARGE"


async def test_the_right_for_bulk_brings_more_and_has_a_limit_too(client: httpx.AsyncClient) -> None:
    for size, status in ((256 * 1024, 200), (15 * 1024 * 1024, 200), (16 * 1024 * 1024, 413)):
        response = await client.post("/graphql", content=_padded(size), headers={"Content-Type": "application/json"})
        assert response.status_code == status, size


def _padded(size: int) -> bytes:
    return orjson.dumps({"query": "{ __typename }", "variables": {"pad": "x" * size}})


async def test_only_post_is_taken(world: World, client: httpx.AsyncClient) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"):
        response = await client.request(method, "/graphql?query={__typename}")
        assert response.status_code == 405
        assert response.headers["allow"] == "POST"
    assert world.reader.asked == []


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "x"]
)
async def test_other_content_types_are_415(client: httpx.AsyncClient, content_type: str) -> None:
    response = await client.post(
        "/graphql", content=b'{"query": "{ __typename }"}', headers={"Content-Type": content_type}
    )
    assert response.status_code == 415


@pytest.mark.parametrize(
    ("authorization", "graph_is_asked"),
    [
        (None, False),
        ("", False),
        ("Bearer", False),
        ("Bearer ", False),
        (KEY, False),
        (f"Basic {KEY}", False),
        ("Bearer cgk_other", True),
        (f"Bearer {KEY} {KEY}", False),
        ("Bearer " + "x" * 5000, False),
    ],
)
async def test_without_a_good_key_nothing_is_looked_at(
    world: World,
    client: httpx.AsyncClient,
    authorization: str | None,
    graph_is_asked: bool,  # noqa: FBT001  # pytest passes it by name.
) -> None:
    client.headers.pop("Authorization")
    headers = {} if authorization is None else {"Authorization": authorization}
    response = await client.post("/graphql", content=b"not even JSON", headers=headers)

    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert world.graph.lookups == graph_is_asked
    assert world.reader.asked == []
