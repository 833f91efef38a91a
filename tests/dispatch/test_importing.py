"""The worker that takes imports over."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dispatch import importing
from dispatch.importing import Importing
from dispatch.nudges import Nudger
from graph.clock import FixedClock
from graph.connection import Graph
from graph.errors import GraphUnavailable
from graph.identifiers import identifier
from graph.importing.job import NewJob, start_job, take_step
from graph.importing.row import ImportedProfile, ImportTerms
from graph.statement import Statement
from graph.vocabulary import ChangeKind, IdentifierType, ImportFormat
from tests.faults.processes import eventually

NOW = 1_790_000_000_000
_JOBS = Statement("jobs", "MATCH (j:Job) WITH j ORDER BY j.id RETURN collect([j.state, j.done, j.token])")
_PEOPLE = Statement("people", "RETURN COUNT { (:Profile) }")


class Told(Nudger):
    """Keeps what it is told, and talks to nobody."""

    def __init__(self) -> None:
        super().__init__("redis://127.0.0.1:1/0")
        self.told: list[tuple[str, int]] = []

    def publish(self, profile_id: str, revision: int, kinds: Any) -> None:
        assert ChangeKind.PROFILE in kinds or kinds == {ChangeKind.SNAPSHOT}
        self.told.append((profile_id[:3], revision))


def importer(graph: Graph, nudger: Nudger, stopping: bool = False) -> Importing:  # noqa: FBT001, FBT002  # A switch of a test.
    return Importing(graph, nudger, FixedClock(NOW), "worker", b"k" * 32, lambda: stopping)


async def list_of(graph: Graph, *names: str) -> str:
    people = [
        ImportedProfile(number, (identifier(IdentifierType.EXTERNAL, "crm", name),))
        for number, name in enumerate(names, 1)
    ]
    job = NewJob(ImportFormat.JSONL, people, (), ImportTerms("key_1"))
    return str((await start_job(graph, job, None, NOW)).result["jobId"])


async def test_jobs_are_worked_at_one_after_the_other_and_their_listeners_are_told(graph: Graph) -> None:
    await list_of(graph, "ann", "bob")
    await list_of(graph, "cat")
    nudger = Told()
    worker = importer(graph, nudger)

    found = [await worker.work_at_one() for _ in range(3)]

    assert found == [True, True, False]
    assert await graph.read(_JOBS) == [["DONE", 2, None], ["DONE", 1, None]]
    assert nudger.told == [
        *[("job", 2), ("prf", 1), ("prf", 1), ("job", 3), ("job", 4)],
        *[("job", 2), ("prf", 1), ("job", 3), ("job", 4)],
    ]


async def test_a_worker_finds_jobs_by_itself_until_it_ends(graph: Graph) -> None:
    running = asyncio.create_task(importer(graph, Told()).run())
    try:
        await list_of(graph, "ann")
        await eventually(lambda: _all_done(graph), 15)
    finally:
        running.cancel()
    assert await graph.read(_PEOPLE) == 1


async def _all_done(graph: Graph) -> bool:
    return bool(await graph.read(_JOBS) == [["DONE", 1, None]])


async def test_a_worker_that_is_about_to_stop_leaves_the_job_to_others(graph: Graph) -> None:
    await list_of(graph, "ann")

    await importer(graph, Told(), stopping=True).work_at_one()

    assert await graph.read(_JOBS) == [["RUNNING", 0, None]]
    assert await importer(graph, Told()).work_at_one()
    assert await graph.read(_JOBS) == [["DONE", 1, None]]


async def test_an_absent_graph_fails_no_job_and_a_list_that_nobody_can_write_stops_no_other(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_AGAIN_AFTER_S", 0.01)
    bad = await list_of(graph, "ann")
    await list_of(graph, "bob")
    away = [GraphUnavailable("away")] * 20

    async def step(graph: Graph, job: Any, now_ms: int, lease_ms: int) -> Any:
        if away:
            raise away.pop()
        if job.id == bad:
            raise ValueError("no such row")
        return await take_step(graph, job, now_ms, lease_ms)

    monkeypatch.setattr(importing, "take_step", step)
    worker = importer(graph, Told())

    assert [await worker.work_at_one() for _ in range(3)] == [True, True, False]
    assert away == []
    assert await graph.read(_JOBS) == [["FAILED", 0, None], ["DONE", 1, None]]
    assert await graph.read(_PEOPLE) == 1
