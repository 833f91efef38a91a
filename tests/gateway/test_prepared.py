from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, cast

import pytest

from dispatch.counters import Counter, exposition
from gateway import documents as documents_module
from gateway import prepared as prepared_module
from gateway.api_keys import ALL_SCOPES, Viewer
from gateway.operation import Operation
from gateway.operations import GraphQLRequest, Operations, Outcome
from gateway.prepared import PreparedOperations
from gateway.schema.api import SCHEMA
from gateway.schema.build import build_schema
from graph.connection import Graph
from graph.errors import GraphTimeout, GraphUnavailable, ReadsFull
from graph.reading import plans as plans_module
from graph.reading.reader import Reader
from graph.reads_in_flight import ReadsInFlight
from graph.statement import Statement
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


@dataclass
class ReadGraph:
    """Answers every read with one empty list or null."""

    error: Exception | None = None
    reads: ReadsInFlight = field(default_factory=lambda: ReadsInFlight(1))

    async def read(self, statement: Statement, **_parameters: object) -> list[object]:
        if self.error:
            raise self.error
        return [[], False] if ":Profile" in statement.text else [None]


@pytest.fixture
def graph() -> ReadGraph:
    return ReadGraph()


@pytest.fixture
def real_operations(world: World, graph: ReadGraph) -> Operations:
    """With a reader that compiles."""
    services = replace(world.services(), reader=Reader(cast("Graph", graph), b"key"), graph=cast("Graph", graph))
    return Operations(world.schema, services)


@pytest.fixture
def prepared(real_operations: Operations) -> PreparedOperations:
    return real_operations._prepared  # noqa: SLF001  # What is kept is nobody else's business.


@pytest.fixture
def operations(world: World) -> Operations:
    return Operations(world.schema, world.services())


async def ask(operations: Operations, query: str, viewer: Viewer = VIEWER, **variables: Any) -> Outcome:
    return await operations.run(GraphQLRequest(query, variables), viewer, "request")


def counts(operations: Operations) -> dict[str, float]:
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
    # The reader of these tests has no plans.
    assert {name: count for name, count in counts(operations).items() if name != "plans_compiled"} == {
        "documents_known": 2,
        "documents_parsed": 1,
        "operations_prepared_hits": 2,
        "operations_prepared_misses": 1,
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


@pytest.mark.parametrize("beside", ["", "viewer { kind }", "__schema { description }"])
async def test_a_query_for_which_there_is_no_room_is_to_be_sent_again(
    operations: Operations, world: World, beside: str
) -> None:
    world.reader.answers = [ReadsFull("x")]
    outcome = await ask(operations, QUERY.replace("{", "{ " + beside + " ", 1), id="prf_anna")

    assert outcome.status == 503
    assert outcome.retry_after_s in {1, 2}
    world.graph.reads.refused = 3
    assert counts(operations)["reads_refused"] == 3


def asked_in_turn(prepared: PreparedOperations, operations: Iterable[Operation]) -> None:
    for each in operations:
        prepared.of(each, each.variables.coerced({}), VIEWER.rights)


def operations_of(count: int, length: int) -> list[Operation]:
    texts = [f"query q{number} {{ __typename }}".ljust(length, ",") for number in range(count)]
    return [SCHEMA.documents.prepare(text).operation(None) for text in texts]


# What an operation of 16,384 characters weighs without plans is 983,040 + 1,720, and 68 of them are 64 MiB.
@pytest.mark.parametrize(("length", "count"), [(0, 500), (8_000, 139), (16_384, 68), (16_385, 0)])
def test_the_queries_that_were_used_last_are_kept_up_to_a_sum_of_their_weights(length: int, count: int) -> None:
    prepared = PreparedOperations(SCHEMA.graphql, StubReader())
    operations = operations_of(150 if length else 510, length)
    asked_in_turn(prepared, [*operations, *reversed(operations)])

    assert prepared.hits == count


async def test_a_hundred_documents_of_an_application_are_at_hand_from_the_second_round_on(
    real_operations: Operations,
) -> None:
    for _ in range(3):
        for number in range(100):
            text = f"query q{number}($id: ID!) {{ node(id: $id) {{ id }} }}".ljust(2_500, ",")
            assert (await ask(real_operations, text, id="prf_1")).status == 200

    assert counts(real_operations) == {
        "documents_known": 200,
        "documents_parsed": 100,
        "operations_prepared_hits": 200,
        "operations_prepared_misses": 100,
        "plans_compiled": 100,
        "reads_refused": 0,
    }


FILTERED = "query ($f: ProfileFilter, $n: Int) { profiles(filter: $f, first: $n) { nodes { id } } }"


def shapes() -> Iterator[dict[str, Any]]:
    """Filters for each of which the statement is another."""
    for alternatives in range(1, 13):
        for length in range(1, 5):
            for width in range(4):
                members = [{"isTest": True}] * length, [{"countries": ["DE"]}] * width
                yield {"any": [{"all": [*members[0], *members[1]]}] + [{"isTest": False}] * alternatives}


async def test_an_operation_with_ever_new_shapes_gives_up_its_own_and_pushes_out_nobody(
    real_operations: Operations, prepared: PreparedOperations
) -> None:
    others = [f"query q{number}($id: ID!) {{ node(id: $id) {{ id }} }}".ljust(8_000, ",") for number in range(100)]
    for text in others:
        await ask(real_operations, text, id="prf_1")
    for each in shapes():
        assert (await ask(real_operations, FILTERED, f=each)).status == 200
    assert counts(real_operations)["plans_compiled"] == 100 + 192
    assert prepared.weight <= 64 * 1024 * 1024

    before = counts(real_operations)["operations_prepared_hits"]
    for text in others:
        await ask(real_operations, text, id="prf_1")
    assert counts(real_operations)["operations_prepared_hits"] == before + 100
    assert counts(real_operations)["plans_compiled"] == 100 + 192


async def test_an_operation_that_decides_ever_anew_keeps_sixty_four_queries_and_pushes_out_nobody(
    real_operations: Operations,
) -> None:
    declared = ", ".join(f"$v{i}: Boolean!" for i in range(8))
    text = (
        f"query ({declared}) {{ node(id: 7) {{ " + " ".join(f"a{i}: id @skip(if: $v{i})" for i in range(8)) + " id } }"
    )
    await ask(real_operations, QUERY, id="prf_1")
    ways: list[dict[str, Any]] = [{f"v{i}": bool(number & 1 << i) for i in range(8)} for number in range(256)]
    for each in ways:
        assert (await ask(real_operations, text, **each)).status == 200
    assert counts(real_operations)["operations_prepared_hits"] == 0
    for each in reversed(ways):
        await ask(real_operations, text, **each)
    await ask(real_operations, QUERY, id="prf_1")
    assert counts(real_operations)["operations_prepared_hits"] == 64 + 1


async def test_a_large_operation_keeps_fewer_and_never_more_than_its_share(
    real_operations: Operations, prepared: PreparedOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared_module, "_LARGEST_SHARE", 100_000)
    monkeypatch.setattr(plans_module, "LARGEST_WEIGHT", 50_000)
    for scopes in (ALL_SCOPES, (Right.PROFILE_READ,), (Right.PROFILE_READ, Right.PROFILE_PII)):
        viewer = Viewer("key", "API_KEY", tuple(scopes))
        for each in shapes():
            await ask(real_operations, FILTERED, viewer, f=each)
            assert prepared.weight <= 100_000
    assert prepared.weight > 50_000


@pytest.mark.parametrize("error", [GraphTimeout("x"), ReadsFull("x"), GraphUnavailable("x")])
async def test_a_plan_is_counted_and_weighed_also_where_the_graph_does_not_answer(
    real_operations: Operations, prepared: PreparedOperations, graph: ReadGraph, error: Exception
) -> None:
    graph.error = error
    weights = []
    for each in islice(shapes(), 3):
        await ask(real_operations, FILTERED, f=each)
        weights.append(prepared.weight)

    assert counts(real_operations)["plans_compiled"] == 3
    assert weights[0] < weights[1] < weights[2]


async def test_a_plan_is_counted_and_weighed_also_where_it_is_too_dear(
    real_operations: Operations, prepared: PreparedOperations
) -> None:
    text = "query ($n: Int!) { profiles(first: $n) { nodes { events(first: $n) { nodes { products { id } } } } } }"
    for _ in range(2):
        outcome = await ask(real_operations, text, n=100)
        assert outcome.body["errors"][0]["extensions"]["code"] == "COST_EXCEEDED"

    assert counts(real_operations)["plans_compiled"] == 1
    assert prepared.weight > prepared_module._OF_A_CHARACTER * len(text) + 5_000  # noqa: SLF001  # The measured figure, not a copy of it.


async def test_a_plan_of_a_query_that_was_pushed_out_is_counted_and_not_weighed() -> None:
    reader = Reader(cast("Graph", ReadGraph()), b"key")
    prepared = PreparedOperations(SCHEMA.graphql, reader)
    asked = SCHEMA.documents.prepare(FILTERED).operation(None)
    variables = asked.variables.coerced({})
    found = prepared.of(asked, variables, VIEWER.rights)
    assert found is not None
    assert found.plans is not None
    asked_in_turn(prepared, operations_of(500, 0))
    before = prepared.weight
    await reader.run(found.plans, found.values(variables))

    assert (prepared.compiled, prepared.weight) == (1, before)
    assert prepared.weight == 500 * 1_720 + sum(60 * len(f"query q{number} {{ __typename }}") for number in range(500))


def test_a_counter_is_written_as_prometheus_reads_it() -> None:
    counters = [
        Counter("a_total", "First.", 1),
        Counter("b_total", "Second.", 2, (("status", "2xx"),)),
        Counter("b_total", "Second.", 3, (("status", "4xx"),)),
    ]
    assert exposition(counters) == (
        "# HELP a_total First.\n# TYPE a_total counter\na_total 1\n"
        "# HELP b_total Second.\n# TYPE b_total counter\n"
        'b_total{status="2xx"} 2\nb_total{status="4xx"} 3\n'
    )
