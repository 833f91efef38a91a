from __future__ import annotations

from typing import cast

import httpx
import pytest
import strawberry

from gateway.schema.build import build_schema
from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.node import Node
from gateway.schema.payload import read_entity, refer, refer_all
from gateway.schema.profile import Profile
from gateway.schema.results import RowResult, UserError
from graph.errors import GraphUnavailable, UnknownCommit
from graph.reading.answer import Answer, FieldError
from graph.vocabulary import RowOutcome, UserErrorCode
from tests.gateway.doubles import ANNA, AUTHORIZATION, World

BERT = {**ANNA, "id": "prf_bert", "firstName": "Bert"}


@strawberry.type(description="A payload as mutations have them.")
class DummyPayload:
    profile: Profile | None = described("One.")
    node: Node | None = described("One of any type.")
    people: list[Profile] = described("Several.")
    rows: list[RowResult] = described("Rows.")
    user_errors: list[UserError] = described("Errors.")

    @strawberry.field(description="Read by a resolver of its own.")
    async def asked(self, info: strawberry.Info) -> Profile | None:
        return cast("Profile | None", await read_entity(info, "prf_bert"))


@strawberry.type(description="One mutation.")
class DummyMutation:
    @strawberry.mutation(description="Changes nothing.")
    async def dummy(self, info: strawberry.Info[Context], name: str | None = None) -> DummyPayload:
        if name == "lost":
            raise UnknownCommit("x")
        if name == "away":
            raise GraphUnavailable("x")
        info.context.changes.publish("prf_anna", 4, [])
        return DummyPayload(
            profile=refer(name),
            node=refer("prf_anna"),
            people=refer_all(["prf_bert", "prf_gone", "prf_anna"]),
            rows=[RowResult(index=0, outcome=RowOutcome.CREATED, id=strawberry.ID("prf_anna"), user_errors=[])],
            user_errors=[UserError(code=UserErrorCode.REQUIRED, message="m", field=["a", "b"], index=None)],
        )


SCHEMA = build_schema(DummyMutation)


@pytest.fixture
def world() -> World:
    world = World(schema=SCHEMA)
    world.reader.entities = {"prf_anna": ANNA, "prf_bert": BERT}
    return world


async def ask(world: World, query: str) -> httpx.Response:
    transport = httpx.ASGITransport(world.app().asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=AUTHORIZATION) as client:
        return await client.post("/graphql", json={"query": query})


async def test_entities_in_a_payload_are_read_as_they_are_selected(world: World) -> None:
    text = """mutation {
      done: dummy(name: "prf_anna") {
        __typename
        who: profile { ...names identifiers(first: 5) { all: nodes { __typename id kind: type } } }
        again: profile { id createdAt }
        node { __typename id ... on Profile { city } ... on Event { source } }
        people { firstName }
        asked { firstName }
        rows { index outcome id userErrors { code } }
        userErrors { code message field index }
      }
    }
    fragment names on Profile { first: firstName last: lastName kind }
    """
    response = await ask(world, text)

    assert response.status_code == 200
    assert response.json() == {
        "data": {
            "done": {
                "__typename": "DummyPayload",
                "who": {
                    "first": "Anna",
                    "last": None,
                    "kind": "LEAD",
                    "identifiers": {"all": [{"__typename": "Identifier", "id": "idn_1", "kind": "EMAIL"}]},
                },
                "again": {"id": "prf_anna", "createdAt": "2026-01-31T12:00:00.000Z"},
                "node": {"__typename": "Profile", "id": "prf_anna", "city": "Leeds"},
                "people": [{"firstName": "Bert"}, {"firstName": "Anna"}],
                "asked": {"firstName": "Bert"},
                "rows": [{"index": 0, "outcome": "CREATED", "id": "prf_anna", "userErrors": []}],
                "userErrors": [{"code": "REQUIRED", "message": "m", "field": ["a", "b"], "index": None}],
            }
        }
    }
    assert world.nudger.told == [("prf_anna", (4, frozenset()))]


async def test_what_is_not_selected_is_not_read(world: World) -> None:
    assert (await ask(world, "mutation { dummy { userErrors { code } } }")).json()["data"]
    assert world.reader.asked == []


async def test_a_payload_without_the_thing_is_null_and_reads_nothing(world: World) -> None:
    assert (await ask(world, "mutation { dummy { profile { id } } }")).json() == {"data": {"dummy": {"profile": None}}}
    assert world.reader.asked == []


async def test_errors_below_an_entity_are_reported_at_their_place(world: World) -> None:
    data: dict[str, object] = {":entity": [{"id": "prf_anna", "many": None}]}
    error = FieldError((":entity", 0, "many", "nodes"), "VALUE_MISSING", "missing")
    world.reader.answers = [Answer(data, (error,))]
    response = await ask(
        world, 'mutation { dummy(name: "prf_anna") { profile { id many: identifiers { nodes { id } } } } }'
    )

    (shown,) = response.json()["errors"]
    assert shown["path"] == ["dummy", "profile", "many", "nodes"]
    assert shown["message"] == "missing"
    assert shown["extensions"]["code"] == "VALUE_MISSING"
    # The connection may not be null, so the person is.
    assert response.json()["data"] == {"dummy": {"profile": None}}


async def test_a_lost_commit_says_that_the_same_key_makes_it_safe_to_send_again(world: World) -> None:
    response = await ask(world, 'mutation { dummy(name: "lost") { userErrors { code } } }')

    assert response.status_code == 200
    assert response.json()["errors"][0]["extensions"]["code"] == "OUTCOME_UNKNOWN"


async def test_a_mutation_while_the_graph_is_away_is_503(world: World) -> None:
    response = await ask(world, 'mutation { dummy(name: "away") { userErrors { code } } }')

    assert response.status_code == 503
    assert response.headers["retry-after"] == "2"
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert world.nudger.told == []
