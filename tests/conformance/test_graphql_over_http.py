"""The draft "GraphQL over HTTP", and the attacks that scanners of GraphQL servers try; over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
from graphql import build_client_schema, get_introspection_query

from tests.gateway.doubles import AUTHORIZATION, World, served

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with (
        served(World().app()) as address,
        httpx.AsyncClient(base_url=f"http://{address}", headers=AUTHORIZATION) as client,
    ):
        yield client


async def post(client: httpx.AsyncClient, body: object, accept: str | None = GRAPHQL) -> httpx.Response:
    headers = {"Content-Type": JSON, "Accept": accept or ""}
    return await client.post("/graphql", content=orjson.dumps(body), headers=headers)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [(GRAPHQL, GRAPHQL), (JSON, JSON), ("*/*", JSON), (None, JSON), (f"{GRAPHQL}, {JSON}", GRAPHQL)],
)
async def test_the_answer_is_utf8_of_the_accepted_type(
    client: httpx.AsyncClient, accept: str | None, expected: str
) -> None:
    response = await post(client, {"query": "{ __typename }"}, accept)
    assert (response.status_code, response.headers["content-type"]) == (200, f"{expected}; charset=utf-8")


async def test_an_unacceptable_type_is_406(client: httpx.AsyncClient) -> None:
    assert (await post(client, {"query": "{ __typename }"}, "text/html")).status_code == 406


@pytest.mark.parametrize("member", ["operationName", "variables", "extensions"])
async def test_optional_members_may_be_null_or_absent(client: httpx.AsyncClient, member: str) -> None:
    assert (await post(client, {"query": "{ __typename }", member: None})).json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("wrong", [0, False, "text", ["array"]])
@pytest.mark.parametrize("member", ["variables", "extensions"])
async def test_members_of_a_wrong_type_are_4xx(client: httpx.AsyncClient, member: str, wrong: object) -> None:
    assert (await post(client, {"query": "{ __typename }", member: wrong})).status_code == 400


@pytest.mark.parametrize("wrong", [{"obj": "ect"}, 0, False, ["array"], None, ""])
async def test_a_query_that_is_no_text_is_4xx(client: httpx.AsyncClient, wrong: object) -> None:
    assert (await post(client, {"query": wrong})).status_code == 400
    assert (await post(client, {"notquery": wrong})).status_code == 400


@pytest.mark.parametrize("query", ["{", "{ nothing }", "query ($id: ID!) { node(id: $id) { id } }"])
async def test_a_request_that_cannot_be_executed_is_400_without_data(client: httpx.AsyncClient, query: str) -> None:
    response = await post(client, {"query": query})
    assert response.status_code == 400
    assert list(response.json()) == ["errors"]


async def test_the_operation_is_chosen_by_its_name(client: httpx.AsyncClient) -> None:
    body = {"query": "query A { a: __typename } query B { b: __typename }", "operationName": "B"}
    assert (await post(client, body)).json() == {"data": {"b": "Query"}}


async def test_a_client_can_build_the_schema_from_introspection(client: httpx.AsyncClient) -> None:
    text = get_introspection_query(specified_by_url=True, input_value_deprecation=True, directive_is_repeatable=True)
    schema = build_client_schema((await post(client, {"query": text})).json()["data"])
    assert schema.query_type
    assert schema.subscription_type
    assert {"profile", "node", "viewer"} <= set(schema.query_type.fields)


ATTACKS: dict[str, Any] = {
    "aliases": {"query": "{ " + " ".join(f"a{i}: __typename" for i in range(101)) + " }"},
    "batch": [{"query": "{ __typename }"}] * 10,
    "repeated fields": {"query": "{ " + "__typename " * 501 + "}"},
    "directives": {"query": "{ __typename" + " @a" * 1_000 + " }"},
    "circular introspection": {
        "query": "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }"
    },
    "suggestions": {"query": "{ profil }"},
    "deep": {"query": "{ " + "a { " * 199 + "b" + " }" * 200},
    "very deep": {"query": "{ a(b: " + "[" * 20_000 + "]" * 20_000 + ") }"},
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_what_scanners_try_is_refused_with_few_words(client: httpx.AsyncClient, name: str) -> None:
    response = await post(client, ATTACKS[name])
    assert response.status_code == 400
    assert "Did you mean" not in response.text
    assert "Traceback" not in response.text
    assert len(response.content) < 20_000


async def test_a_form_or_a_get_cannot_carry_an_operation(client: httpx.AsyncClient) -> None:
    assert (await client.get("/graphql", params={"query": "{ __typename }"})).status_code == 405
    assert (await client.post("/graphql", data={"query": "{ __typename }"})).status_code == 415


async def test_the_server_tells_nothing_of_itself(client: httpx.AsyncClient) -> None:
    response = await post(client, {"query": "{ __typename }"})
    assert "server" not in response.headers
    assert response.headers["cache-control"] == "no-store"
    assert list(response.json()) == ["data"]
