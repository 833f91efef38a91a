"""A list of people is written to its end whoever dies over it, and every row of it once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from graph.clock import SystemClock
from graph.connection import Graph
from graph.importing.job import NewJob, start_job
from graph.importing.row import ImportedProfile, ImportTerms
from graph.people.attribute_change import AttributeChange, AttributeOperation
from graph.people.attribute_definition import AttributeDefinition, define_attribute
from graph.statement import Statement
from graph.vocabulary import AttributeType, ImportFormat
from tests.faults.processes import Workers, eventually
from tests.graph.importing.lists import at, row
from tests.graph.subscribing.shop import email, open_shop

_ROWS = 3_000
_JOB = Statement("job_of_the_test", "MATCH (j:Job) RETURN {state: j.state, done: j.done, created: j.created}")
_WRITTEN = Statement(
    "written_by_the_job",
    """
    RETURN {people: COUNT { (:Profile) }, once: COUNT { (p:Profile {attr_points: 1, revision: 1}) },
        subscriptions: COUNT { (:Subscription) }, records: COUNT { (:ConsentRecord) }, parts: COUNT { (:JobPart) }}
    """,
)
# As if the minute of the lease had passed, which the database's own clock measures.
_LEASE_IS_OVER = Statement(
    "lease_is_over", "MATCH (j:Job) SET j.leaseUntil = datetime.realtime() - duration({seconds: 1}) RETURN j.token"
)


class Mailbox(Protocol):
    smtp_url: str


def somebody(number: int) -> ImportedProfile:
    """With a point more each time that the row is written."""
    name = f"p{number}"
    more = AttributeChange(AttributeOperation.INCREMENT, "points", 1)
    return row(name, at(email(name)), index=number, attributes=(more,))


def job_is(graph: Graph, condition: Callable[[dict[str, Any]], bool]) -> Callable[[], Awaitable[bool]]:
    async def asked() -> bool:
        return condition(await graph.read(_JOB))

    return asked


async def test_an_import_whose_worker_is_killed_is_ended_by_the_next_one_and_counts_every_row_once(
    graph: Graph, workers: Workers, mailbox: Mailbox
) -> None:
    await open_shop(graph)
    now_ms = SystemClock().now()
    await define_attribute(graph, AttributeDefinition("points", AttributeType.INTEGER), None, now_ms)
    rows = [somebody(number) for number in range(_ROWS)]
    await start_job(graph, NewJob(ImportFormat.CSV, rows, (), ImportTerms("key_1")), None, now_ms)

    victim = workers.start(mailbox.smtp_url)
    await eventually(job_is(graph, lambda job: job["done"] > 0))
    victim.kill()
    victim.wait()
    between = await graph.read(_JOB)
    assert between["state"] == "RUNNING"
    assert 0 < between["done"] < _ROWS
    # Whoever died still holds it.
    assert await graph.change(_LEASE_IS_OVER) is not None
    workers.start(mailbox.smtp_url)
    await eventually(job_is(graph, lambda job: job["state"] == "DONE"))

    assert await graph.read(_JOB) == {"state": "DONE", "done": _ROWS, "created": _ROWS}
    assert await graph.read(_WRITTEN) == {
        "people": _ROWS,
        "once": _ROWS,
        "subscriptions": _ROWS,
        "records": _ROWS,
        "parts": 0,
    }
    assert "p17@" not in workers.logs()
