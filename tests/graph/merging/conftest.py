from __future__ import annotations

import pytest
import pytest_asyncio

from graph.connection import Graph, Transaction
from graph.merging.merge import Decision, MergeRule, merge_in
from graph.merging.settings import FieldRule, MergeSettings
from graph.merging.split import SplitProfiles, split_in
from tests.graph.merging.people import People, write_resources

_NOW = 1_790_000_000_000
# A server that runs beside others plans some thirty statements in more than the ten seconds that a write may take.
_PLANNING_MS = 300_000


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def planned(shared_graph: Graph) -> None:
    """Merges and splits once what has everything, as `rehearse_writes` does in production; every test finds plans."""
    await write_resources(shared_graph, "res_planned")
    people = People()
    people.person("prf_planned_a", status="UNSUBSCRIBED", plain={"firstName": "A"})
    people.person("prf_planned_b", plain={"city": "B"}, dates=[("birthDate", "1990-01-01")])
    people.person("prf_planned_c")
    for each, status in (("prf_planned_a", "SUBSCRIBED"), ("prf_planned_b", "UNCONFIRMED")):
        shared = people.identifier(each, "planned_shared", verified_at=1 if each.endswith("b") else None)
        left = ("cat_res_planned_a", "LEFT" if each.endswith("b") else "JOINED", 1)
        people.subscription(each, shared, "res_planned", status=status, categories=[left])
        people.subscription(each, people.identifier(each, f"{each}_own"), "res_planned")
        people.opt_out(each, channel="EMAIL", since=2 if each.endswith("b") else 1)
        people.relation("prf_planned_c", each)
        people.relation(each, "prf_planned_c", "friend")
    people.opt_out("prf_planned_b", resource_id="res_planned")
    people.relation("prf_planned_b", "prf_planned_c", "boss")
    people.relation("prf_planned_c", "prf_planned_b", "boss")
    await people.write(shared_graph)
    settings = MergeSettings(default=FieldRule.NEWEST_WINS)

    async def work(transaction: Transaction) -> None:
        decision = Decision(MergeRule.MANUAL, "test", "planned")
        merged = await merge_in(transaction, "prf_planned_b", "prf_planned_a", decision, settings, _NOW)
        await split_in(transaction, SplitProfiles(merged.merge_id, "test"), settings, _NOW)

    await shared_graph.write(work, _PLANNING_MS)


@pytest.fixture
def graph(planned: None, graph: Graph) -> Graph:  # noqa: ARG001  # It has to be there.
    return graph
