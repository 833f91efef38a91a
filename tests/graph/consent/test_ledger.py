from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import neo4j
import pytest

from graph.connection import Graph, Transaction
from graph.consent.cause import Cause
from graph.consent.evidence import Evidence
from graph.consent.ledger import LedgerEntry, Subject, record
from graph.settings import GraphSettings
from graph.statement import Statement
from graph.statements import consent as statements
from graph.vocabulary import SubscriptionStatus as Status

NOW = 1_790_000_000_000
SEED = Statement(
    "seed",
    """
    CREATE (p:Profile {id: 'prf_1'})-[:HAS_SUBSCRIPTION]->(:Subscription {id: 'sub_1'})
    CREATE (:Identifier {id: 'idn_1'})-[:IDENTIFIES]->(p)
    RETURN p.id
    """,
)
RECORDS = Statement(
    "records",
    """
    MATCH (c:ConsentRecord)-[:ABOUT]->(subject)
    WITH c, subject ORDER BY c.scope, c.subjectId, c.seq
    RETURN collect([c.scope, subject.id, c.subjectId, c.seq, c.fromStatus, c.toStatus, c.cause, c.at.epochMillis])
    """,
)
EVIDENCE = Statement(
    "evidence",
    """
    MATCH (c:ConsentRecord)
    RETURN [c.evidenceAt.epochMillis, c.evidenceIp, c.evidenceUrl, c.evidenceSource, c.evidenceWording, c.reason]
    """,
)


def entry(subject: Subject, before: Status | None, after: Status, **more: Any) -> LedgerEntry:
    return LedgerEntry(subject, "prf_1", before, after, Cause.SUBSCRIBE, "key_1", **more)


async def written(graph: Graph, *entries: LedgerEntry) -> list[str]:
    async def work(transaction: Transaction) -> list[str]:
        return await record(transaction, entries, NOW)

    return await graph.write(work)


async def test_each_subject_counts_its_own_records_in_the_order_in_which_they_are_given(graph: Graph) -> None:
    await graph.change(SEED)
    subscription, sport = Subject.subscription("sub_1"), Subject.category("sub_1", "cat_sport")

    first = await written(
        graph,
        entry(subscription, None, Status.UNCONFIRMED),
        entry(sport, None, Status.SUBSCRIBED),
        entry(subscription, Status.UNCONFIRMED, Status.SUBSCRIBED, at_ms=NOW - 5),
        entry(Subject.profile("prf_1"), Status.SUBSCRIBED, Status.UNSUBSCRIBED),
        entry(Subject.identifier("idn_1"), None, Status.HARD_BOUNCED),
    )
    second = await written(graph, entry(sport, Status.SUBSCRIBED, Status.UNSUBSCRIBED))

    assert len({*first, *second}) == 6
    assert await graph.read(RECORDS) == [
        ["CATEGORY", "sub_1", "sub_1:cat_sport", 1, None, "SUBSCRIBED", "subscribe", NOW],
        ["CATEGORY", "sub_1", "sub_1:cat_sport", 2, "SUBSCRIBED", "UNSUBSCRIBED", "subscribe", NOW],
        ["IDENTIFIER", "idn_1", "idn_1", 1, None, "HARD_BOUNCED", "subscribe", NOW],
        ["PROFILE", "prf_1", "prf_1", 1, "SUBSCRIBED", "UNSUBSCRIBED", "subscribe", NOW],
        ["SUBSCRIPTION", "sub_1", "sub_1", 1, None, "UNCONFIRMED", "subscribe", NOW],
        ["SUBSCRIPTION", "sub_1", "sub_1", 2, "UNCONFIRMED", "SUBSCRIBED", "subscribe", NOW - 5],
    ]


async def test_a_record_keeps_its_evidence(graph: Graph) -> None:
    await graph.change(SEED)
    shown = Evidence(NOW - 1, "192.0.2.1", "https://shop.example/join", "form", "Yes, please.")

    await written(
        graph, entry(Subject.subscription("sub_1"), None, Status.SUBSCRIBED, evidence=shown, reason="asked for it")
    )

    assert await graph.read(EVIDENCE) == [
        NOW - 1,
        "192.0.2.1",
        "https://shop.example/join",
        "form",
        "Yes, please.",
        "asked for it",
    ]


async def test_nothing_to_record_writes_nothing(graph: Graph) -> None:
    await graph.change(SEED)

    assert await written(graph) == []
    assert await graph.read(RECORDS) == []


@pytest.mark.parametrize(
    "statement",
    [statements.RECORD_OF_PROFILES, statements.RECORD_OF_SUBSCRIPTIONS, statements.RECORD_OF_IDENTIFIERS],
    ids=lambda each: each.name,
)
def test_the_next_number_is_found_along_the_subjects_own_records(
    graph: Graph, graph_settings: GraphSettings, statement: Statement
) -> None:
    assert graph is not None  # The indexes are there.
    access = (graph_settings.user, graph_settings.password)
    with neo4j.GraphDatabase.driver(graph_settings.uri, auth=access) as driver, driver.session() as session:
        plan = session.run(f"EXPLAIN {statement.text}", {"rows": []}).consume().plan

    names = list(_operators(plan))
    looks = [each.removesuffix("@neo4j") for each in names if "Scan" in each or "Seek" in each]
    assert looks == ["NodeUniqueIndexSeek(Locking)"], names


def _operators(plan: Any) -> Iterator[str]:
    yield plan["operatorType"]
    for child in plan.get("children", ()):
        yield from _operators(child)
