"""Imports that wait, or run, while somebody whom they name is erased."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from graph.connection import Graph
from graph.identifiers import identifier
from graph.importing.job import NewJob, claim_job, start_job, take_step
from graph.importing.profiles import import_profiles
from graph.importing.row import ImportedProfile, ImportedSubscription, ImportTerms
from graph.statement import Statement
from graph.subscribing.resource import ResourceReference
from graph.vocabulary import Channel, IdentifierType, ImportFormat, RowOutcome
from tests.graph.erasing.ann import (
    ANN,
    BOB,
    BOBS_CARD,
    COUNTS,
    EDGES,
    EVERYTHING,
    HOME,
    KEY,
    NOW,
    SECRETS,
    erased,
    person,
)

JOB = Statement(
    "job",
    """
    MATCH (j:Job)
    MATCH (:Identifier {value: 'bob@example.com'})-[:IDENTIFIES]->(p)
    RETURN {done: j.done, updated: j.updated, refused: j.refused,
        rejects: COLLECT { MATCH (j)<-[:OF]-(r:JobReject) RETURN r.index ORDER BY r.key }, city: p.city}
    """,
)


async def test_rows_that_wait_are_emptied_whoever_they_name_beside_her_and_refused_in_their_turn(
    graph: Graph, ann: str
) -> None:
    otherwise_written = identifier(IdentifierType.EMAIL, "", "Ann.Archer@EXAMPLE.com")
    at_hers = ImportedSubscription(ResourceReference(key="news"), Channel.EMAIL, otherwise_written)
    stranger = identifier(IdentifierType.EMAIL, "", "stranger@purple.example")
    rows = [
        ImportedProfile(0, (otherwise_written,), {"lastName": "Archeress"}),
        ImportedProfile(1, (BOB, BOBS_CARD), {"city": "Leeds"}),
        ImportedProfile(2, (stranger,), {"city": "Purple"}, subscriptions=(at_hers,)),
        # What she shares with others stays with them, but by it alone the row may be about her.
        ImportedProfile(3, (HOME,), {"city": "Purple"}, match_on=frozenset({IdentifierType.PHONE})),
        ImportedProfile(4, (HOME, BOB), {"city": "York"}),
    ]
    terms = ImportTerms("key", erased_key=KEY)
    await start_job(graph, NewJob(ImportFormat.JSONL, rows, (), terms), None, NOW)

    await erased(graph, ann)

    after = json.dumps([await graph.read(EVERYTHING), await graph.read(EDGES)])
    assert [each for each in (*SECRETS, "Ann.Archer", "stranger", "Purple") if each in after] == []
    assert "Leeds" in after
    job = await claim_job(graph, "worker", KEY)
    assert job is not None
    while not (await take_step(graph, job, NOW + 2)).is_over:
        continue
    assert await graph.read(JOB) == {"done": 5, "updated": 2, "refused": 3, "rejects": [0, 2, 3], "city": "York"}
    assert (await graph.read(COUNTS))["profiles"] == 1


async def test_imports_of_the_same_moment_do_not_bring_her_back(graph: Graph, ann: str) -> None:
    before = await graph.read(COUNTS)

    async def imported(number: int) -> dict[str, Any]:
        row = ImportedProfile(0, (ANN,), {"city": f"Purple {number}"})
        done = await import_profiles(graph, [row], None, NOW, ImportTerms("key", erased_key=KEY))
        result: dict[str, Any] = done.result["rows"][0]
        return result

    found, _ = await asyncio.gather(asyncio.gather(*map(imported, range(24))), erased(graph, ann))

    outcomes = {(row["outcome"], row["id"]) for row in found}
    assert outcomes <= {(RowOutcome.UPDATED, ann), (RowOutcome.REFUSED, None)}
    after = await graph.read(COUNTS)
    assert (after["profiles"], after["tombstones"]) == (before["profiles"] - 1, 1)
    assert after["identifiers"] == before["identifiers"] - 2
    assert "urple" not in json.dumps(await graph.read(EVERYTHING))


async def test_two_erasures_at_once_both_empty_their_rows_of_one_part(graph: Graph, ann: str) -> None:
    carl = identifier(IdentifierType.EMAIL, "", "carl@purple.example")
    carls = await person(graph, carl, firstName="Carl")
    # Her address also stands where it names nobody.
    rows = [
        ImportedProfile(0, (ANN,), {"city": "Purple"}),
        ImportedProfile(1, (carl,), {"city": "Purple"}),
        ImportedProfile(2, (BOB, BOBS_CARD), {"city": "ann.archer@example.com"}),
    ]
    terms = ImportTerms("key", erased_key=KEY)
    await start_job(graph, NewJob(ImportFormat.JSONL, rows, (), terms), None, NOW)

    await asyncio.gather(erased(graph, ann), erased(graph, carls))

    parts = json.dumps(await graph.read(Statement("parts", "MATCH (p:JobPart) RETURN collect(p.rows)")))
    assert "urple" not in parts
    assert parts.count("ann.archer@example.com") == 1
