"""A merge comes near no event, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import neo4j

from graph.connection import Graph, Transaction
from graph.identifying.rules import IdentifierRules
from graph.merging.merge import Decision, MergeRule, merge_in
from graph.merging.settings import MergeSettings
from graph.merging.split import SplitProfiles, split_in
from graph.settings import GraphSettings
from graph.statement import Statement
from tests.graph.merging.people import People, write_resources

NOW = 1_790_000_000_000
FEW, MANY = 10, 20_000
_WRITE = """
UNWIND range($first, $last) AS n
CALL (n) {
    MATCH (p:Profile {id: 'prf_b'})
    CREATE (:Event {id: 'evt_' + n, sourceKey: 'web:' + n, profileId: p.id, type: 'visit',
        occurredAt: datetime({epochMillis: n})})-[:BY]->(p)
} IN TRANSACTIONS OF 10000 ROWS
"""


class Profiled:
    """Runs statements as a transaction does, and keeps what each of them cost."""

    def __init__(self, inner: neo4j.AsyncTransaction) -> None:
        self._inner = inner
        self.rules = IdentifierRules()
        self.costs: list[tuple[str, int]] = []
        self.details: list[str] = []

    async def run(self, statement: Statement, **parameters: object) -> Any:
        result = await self._inner.run(f"PROFILE {statement.text}", parameters)
        records = [record async for record in result]
        plan = (await result.consume()).profile
        assert plan is not None
        found = list(operators(plan))
        self.costs.append((statement.name, sum(each["dbHits"] for each in found)))
        self.details += [str(each["args"].get("Details", "")) for each in found]
        return records[0][0] if records else None


def operators(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("children", ()):
        yield from operators(each)


async def profiled(settings: GraphSettings) -> Profiled:
    """What a merge and its split cost; nothing of it is committed."""
    async with neo4j.AsyncGraphDatabase.driver(settings.uri, auth=None) as driver, driver.session() as session:
        inner = await session.begin_transaction()
        watched = Profiled(inner)
        transaction = cast("Transaction", watched)
        decision, rules = Decision(MergeRule.MANUAL, "test", "seen"), MergeSettings()
        merged = await merge_in(transaction, "prf_b", "prf_a", decision, rules, NOW)
        await split_in(transaction, SplitProfiles(merged.merge_id, "test"), rules, NOW)
        await inner.rollback()
        return watched


async def test_a_merge_and_its_split_cost_the_same_for_10_events_and_for_20_000(
    graph: Graph, graph_settings: GraphSettings
) -> None:
    await write_resources(graph, "res_shop")
    people = People()
    for each in ("prf_a", "prf_b"):
        people.person(each)
        people.subscription(each, people.identifier(each, "shared"))
        people.subscription(each, people.identifier(each, f"own_{each}"))
        people.opt_out(each, channel="SMS")
    await people.write(graph)
    costs = []
    with neo4j.GraphDatabase.driver(graph_settings.uri, auth=None) as driver, driver.session() as session:
        for first, last in ((1, FEW), (FEW + 1, MANY)):
            session.run(_WRITE, first=first, last=last).consume()
            watched = await profiled(graph_settings)
            assert not [each for each in watched.details if "Event" in each or ":BY" in each]
            costs.append(watched.costs)

    for (name, few), (again, many) in zip(*costs, strict=True):
        # Where an edge lies in its chain makes a hit or two, and a statement follows a dozen edges.
        assert (name, abs(many - few) <= 25) == (again, True)
    assert sum(hits for _, hits in costs[0]) > 0
