from __future__ import annotations

from typing import Any

import pytest

from gateway import documents as documents_module
from gateway import prepared as prepared_module
from gateway.api_keys import ALL_SCOPES, Viewer
from gateway.counters import Counter, exposition
from gateway.operations import GraphQLRequest, Operations, Outcome
from gateway.prepared import PreparedOperations
from gateway.schema.api import SCHEMA
from gateway.schema.build import build_schema
from graph.errors import ReadsFull
from graph.vocabulary import Right
from tests.gateway.doubles import ANNA, StubReader, World

VIEWER = Viewer("key_1", "API_KEY", ALL_SCOPES)
QUERY = """query ($id: ID!, $wide: Boolean = false) {
  profile(by: {id: $id}) { id city @include(if: $wide) }
}"""


@pytest.fixture
def world() -> World:
    # A schema of its own, so that its cache of documents is empty.
    world = World(schema=build_schema())
    world.reader.entities["prf_anna"] = ANNA
    return world


@pytest.fixture
def operations(world: World) -> Operations:
    return Operations(world.schema, world.services())


async def ask(operations: Operations, query: str, viewer: Viewer = VIEWER, **variables: Any) -> Outcome:
    return await operations.run(GraphQLRequest(query, variables), viewer, "request")


def counts(operations: Operations) -> dict[str, int]:
    prefix, suffix = "customer_graph_", "_total"
    return {each.name.removeprefix(prefix).removesuffix(suffix): each.value for each in operations.counters()}


async def test_a_known_query_is_neither_parsed_nor_validated_nor_prepared_again(
    operations: Operations, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await ask(operations, QUERY, id="prf_anna")).body == {"data": {"profile": {"id": "prf_anna"}}}
    for module, name in (
        (documents_module, "parse"),
        (documents_module, "validate"),
        (documents_module, "check_text"),
        (documents_module, "check_document"),
        (prepared_module, "select_field"),
        (prepared_module, "grouped_fields"),
    ):
        monkeypatch.setattr(module, name, lambda *_, called=name, **__: pytest.fail(called))

    assert (await ask(operations, QUERY, id="prf_other")).body == {"data": {"profile": None}}
    assert (await ask(operations, QUERY, id="prf_anna")).body == {"data": {"profile": {"id": "prf_anna"}}}
    assert [each[0].arguments for each in world.reader.asked] == [
        {"by": {"id": "prf_anna"}},
        {"by": {"id": "prf_other"}},
        {"by": {"id": "prf_anna"}},
    ]
    assert counts(operations) == {
        "documents_known": 2,
        "documents_parsed": 1,
        "operations_prepared_hits": 2,
        "operations_prepared_misses": 1,
        "plans_compiled": 1,
        "reads_refused": 0,
    }


async def test_variables_that_decide_what_is_asked_for_make_another_shape_and_others_do_not(
    operations: Operations,
) -> None:
    wide = {"data": {"profile": {"id": "prf_anna", "city": "Leeds"}}}
    narrow = {"data": {"profile": {"id": "prf_anna"}}}
    for _ in range(2):
        assert (await ask(operations, QUERY, id="prf_anna", wide=True)).body == wide
        assert (await ask(operations, QUERY, id="prf_anna", wide=False)).body == narrow
        assert (await ask(operations, QUERY, id="prf_anna")).body == narrow

    assert counts(operations)["operations_prepared_misses"] == 2
    assert counts(operations)["operations_prepared_hits"] == 4


async def test_a_deciding_variable_is_found_in_fragments_and_on_spreads(operations: Operations) -> None:
    text = """
    query ($a: Boolean!, $b: Boolean!) { profile(by: {id: "prf_anna"}) { id ...f @skip(if: $a) } }
    fragment f on Profile { ... on Profile @include(if: $b) { city } kind }
    """
    asked = [
        (await ask(operations, text, a=a, b=b)).body["data"]["profile"] for a in (False, True) for b in (False, True)
    ]

    assert asked == [
        {"id": "prf_anna", "kind": "LEAD"},
        {"id": "prf_anna", "city": "Leeds", "kind": "LEAD"},
        {"id": "prf_anna"},
        {"id": "prf_anna"},
    ]


async def test_each_set_of_rights_has_queries_of_its_own(operations: Operations, world: World) -> None:
    reading = Viewer("key_2", "API_KEY", (Right.PROFILE_READ,))
    text = '{ profile(by: {id: "prf_anna"}) { firstName } }'
    for _ in range(2):
        assert (await ask(operations, text)).body["data"] == {"profile": {"firstName": "Anna"}}
        assert (await ask(operations, text, reading)).body["data"] == {"profile": {"firstName": None}}

    assert world.reader.saw_pii == [True, False, True, False]
    assert counts(operations)["operations_prepared_misses"] == 2


async def test_each_operation_of_a_document_is_prepared_apart(operations: Operations) -> None:
    text = 'query A { profile(by: {id: "prf_anna"}) { id } } query B { profile(by: {id: "prf_anna"}) { city } }'
    for name, expected in (("A", {"id": "prf_anna"}), ("B", {"city": "Leeds"}), ("A", {"id": "prf_anna"})):
        outcome = await operations.run(GraphQLRequest(text, {}, name), VIEWER, "request")
        assert outcome.body["data"] == {"profile": expected}

    assert counts(operations)["operations_prepared_misses"] == 2


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("query ($d: SortDirection = DESC) { %s { events(direction: $d) { nodes { id } } } }", {"d": None}),
        ("query ($id: ID = 1) { nodes(ids: [$id]) { id } }", {"id": None}),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": []}),
    ],
)
async def test_a_value_that_does_not_fit_is_refused_before_and_after_the_query_is_known(
    operations: Operations, world: World, text: str, variables: dict[str, Any]
) -> None:
    query = text.replace("%s", 'profile(by: {id: "prf_anna"})')
    first = await ask(operations, query, **variables)
    good: dict[str, Any] = dict.fromkeys(variables, "ASC" if "d" in variables else "prf_anna")
    between = await ask(operations, query, **good)
    second = await ask(operations, query, **variables)

    assert "errors" not in between.body
    assert [first.status, second.status] == [400, 400]
    assert first.body == second.body
    assert first.body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert len(world.reader.asked) == 1


async def test_values_that_are_nested_absurdly_are_refused_and_not_logged(
    operations: Operations, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    nested: dict[str, Any] = {}
    for _ in range(500):
        nested = {"not": nested}
    outcome = await ask(operations, "query ($f: ProfileFilter) { profiles(filter: $f) { nodes { id } } }", f=nested)

    assert outcome.status == 400
    assert outcome.body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert world.reader.asked == []
    assert caplog.records == []


async def test_a_query_with_introspection_is_walked_also_when_it_is_known(operations: Operations) -> None:
    text = '{ viewer { kind } profile(by: {id: "prf_anna"}) { id } }'
    for _ in range(2):
        assert (await ask(operations, text)).body["data"] == {
            "viewer": {"kind": "API_KEY"},
            "profile": {"id": "prf_anna"},
        }

    assert counts(operations)["operations_prepared_hits"] == 1


async def test_reads_for_which_there_is_no_room_are_counted(operations: Operations, world: World) -> None:
    world.reader.answers = [ReadsFull("x")]
    outcome = await ask(operations, QUERY, id="prf_anna")

    assert (outcome.status, outcome.retry_after_s) == (503, 1)
    assert counts(operations)["reads_refused"] == 1


@pytest.mark.parametrize(("length", "count"), [(0, 500), (8_000, 16), (16_384, 8), (16_385, 0)])
def test_the_queries_that_were_used_last_are_kept_up_to_a_sum_of_their_lengths(length: int, count: int) -> None:
    prepared = PreparedOperations(SCHEMA.graphql, StubReader())
    texts = [f"query q{number} {{ __typename }}".ljust(length, ",") for number in range(510 if not length else 30)]
    operations = [SCHEMA.documents.prepare(text).operation(None) for text in texts]
    for each in [*operations, *reversed(operations)]:
        prepared.of(each, each.variables.coerced({}), VIEWER.rights)

    assert prepared.hits == count


async def test_a_query_with_many_plans_pushes_older_ones_out(world: World) -> None:
    operations = Operations(world.schema, world.services())
    for number in range(8):
        await ask(operations, f'query q{number} {{ node(id: "prf_anna") {{ id }} }}'.ljust(16_000, ","))
    assert counts(operations)["plans_compiled"] == 8
    world.reader.plans_each = 5
    await ask(operations, QUERY.ljust(15_000, ","), id="prf_anna")

    for number in range(7, -1, -1):
        await ask(operations, f'query q{number} {{ node(id: "prf_anna") {{ id }} }}'.ljust(16_000, ","))
    assert counts(operations)["operations_prepared_hits"] == 3


def test_a_counter_is_written_as_prometheus_reads_it() -> None:
    counters = [
        Counter("a_total", "First.", 1),
        Counter("b_total", "Second.", 2, ("status", "2xx")),
        Counter("b_total", "Second.", 3, ("status", "4xx")),
    ]
    assert exposition(counters) == (
        "# HELP a_total First.\n# TYPE a_total counter\na_total 1\n"
        "# HELP b_total Second.\n# TYPE b_total counter\n"
        'b_total{status="2xx"} 2\nb_total{status="4xx"} 3\n'
    )
