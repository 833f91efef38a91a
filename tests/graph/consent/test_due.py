from __future__ import annotations

import asyncio

import neo4j

from graph.connection import Graph
from graph.consent.due import record_due
from graph.settings import GraphSettings
from graph.statement import Statement
from graph.statements import due as statements
from graph.vocabulary import ChangeKind

NOW = 1_790_000_000_000
# Each row: its id, status, end of the suspension, end of the consent.
SEED = Statement(
    "seed",
    """
    UNWIND $rows AS row
    MERGE (p:Profile {id: 'prf_' + row[0]})
    ON CREATE SET p.status = 'SUBSCRIBED', p.revision = 0, p.kind = 'LEAD', p.isIdentified = false
    CREATE (p)-[:HAS_SUBSCRIPTION]->(s:Subscription {id: 'sub_' + row[0], key: 'sub_' + row[0], status: row[1]})
    SET s.suspendedUntil = CASE WHEN row[2] IS NOT NULL THEN datetime({epochMillis: row[2]}) END,
        s.consentExpiresAt = CASE WHEN row[3] IS NOT NULL THEN datetime({epochMillis: row[3]}) END
    RETURN count(s)
    """,
    timeout_ms=30_000,
)
STATE = Statement(
    "state",
    """
    MATCH (p:Profile)-[:HAS_SUBSCRIPTION]->(s:Subscription) WITH p, s ORDER BY s.id
    RETURN collect([s.id, s.status, p.kind, p.revision, s.suspendedUntil IS NULL, COLLECT {
        MATCH (s)<-[:ABOUT]-(c:ConsentRecord) RETURN [c.fromStatus, c.toStatus, c.cause, c.at.epochMillis, c.actor]
        ORDER BY c.seq }])
    """,
)
RECORDS = Statement("records", "MATCH (c:ConsentRecord) RETURN count(c)")
ARCHIVE = Statement("archive", "MATCH (s:Subscription {id: $id}) REMOVE s.key RETURN s.id")


async def test_what_ran_out_is_written_down_at_its_time_and_nothing_else(graph: Graph) -> None:
    rows = [
        ["a", "SUSPENDED", NOW - 10, None],
        ["b", "SUBSCRIBED", None, NOW - 20],
        ["c", "SUSPENDED", NOW, NOW - 5],
        ["d", "SUSPENDED", NOW + 1, NOW - 5],
        ["e", "SUBSCRIBED", None, NOW + 1],
        ["f", "SUSPENDED", None, NOW - 5],
        ["g", "UNSUBSCRIBED", NOW - 5, NOW - 5],
    ]
    await graph.change(SEED, rows=rows)

    changes = await record_due(graph, NOW)
    again = await record_due(graph, NOW)

    ended = ["SUSPENDED", "SUBSCRIBED", "suspension_ended"]
    expired = ["SUBSCRIBED", "UNCONFIRMED", "consent_expired"]
    assert await graph.read(STATE) == [
        ["sub_a", "SUBSCRIBED", "SUBSCRIBER", 1, True, [[*ended, NOW - 10, "time"]]],
        ["sub_b", "UNCONFIRMED", "ANONYMOUS", 1, True, [[*expired, NOW - 20, "time"]]],
        ["sub_c", "UNCONFIRMED", "ANONYMOUS", 1, True, [[*ended, NOW, "time"], [*expired, NOW, "time"]]],
        ["sub_d", "SUSPENDED", "LEAD", 0, False, []],
        ["sub_e", "SUBSCRIBED", "LEAD", 0, True, []],
        ["sub_f", "SUSPENDED", "LEAD", 0, True, []],
        ["sub_g", "UNSUBSCRIBED", "LEAD", 0, False, []],
    ]
    assert sorted((each.profile_id, each.revision) for each in changes) == [("prf_a", 1), ("prf_b", 1), ("prf_c", 1)]
    assert {each.kinds for each in changes} == {frozenset({ChangeKind.SUBSCRIPTION})}
    assert again == ()


async def test_any_number_is_written_in_small_batches(graph: Graph) -> None:
    await graph.change(SEED, rows=[[f"{number:03d}", "SUSPENDED", NOW - number, None] for number in range(25)])

    changes = await record_due(graph, NOW, at_once=10)

    assert (len(changes), await graph.read(RECORDS)) == (25, 25)


async def test_who_does_it_at_the_same_time_writes_one_record(graph: Graph) -> None:
    await graph.change(SEED, rows=[[f"{number:03d}", "SUSPENDED", NOW - number, None] for number in range(12)])

    done = await asyncio.gather(*(record_due(graph, NOW, at_once=5) for _ in range(4)))
    rest = await record_due(graph, NOW)

    assert sum(len(each) for each in (*done, rest)) == 12
    assert await graph.read(RECORDS) == 12


async def test_what_nobody_sees_waits_until_it_comes_back(graph: Graph) -> None:
    await graph.change(SEED, rows=[["a", "SUSPENDED", NOW - 1, None]])
    await graph.change(ARCHIVE, id="sub_a")

    assert await record_due(graph, NOW) == ()


def test_what_is_due_is_found_in_its_indexes(graph: Graph, graph_settings: GraphSettings) -> None:
    assert graph is not None  # The indexes are there.
    with neo4j.GraphDatabase.driver(graph_settings.uri, auth=None) as driver, driver.session() as session:
        plan = session.run(f"EXPLAIN {statements.DUE.text}", {"now": NOW, "limit": 5}).consume().plan

    looks = [each for each in _operators(plan) if "Scan" in each or "Seek" in each]
    assert looks == ["NodeIndexSeek@neo4j"] * 2


def _operators(plan: object) -> list[str]:
    assert isinstance(plan, dict)
    return [str(plan["operatorType"]), *(each for child in plan.get("children", ()) for each in _operators(child))]
