from __future__ import annotations

from graph import outbox
from graph.clock import SystemClock
from graph.connection import Graph
from graph.outbox import AttemptOutcome, AttemptRecord
from graph.outbox import waiting as room
from graph.outbox.waiting import ChannelQueue, Waiting, waiting
from graph.statement import Statement
from graph.statements import waiting as statements
from graph.vocabulary import Channel, MessageState
from tests.dispatch.outbox_seed import queue, seed

NOW = SystemClock().now()
NOTHING = ChannelQueue(0, 0)
_MANY = Statement(
    "many",
    """
    UNWIND range(1, 5000) AS n
    CREATE (m:Message {id: 'msg_' + n, profileId: 'prf_1', state: CASE WHEN n <= 3000 THEN 'QUEUED' ELSE 'SENT' END,
        channel: CASE WHEN n <= 1000 THEN 'SMS' ELSE 'EMAIL' END, createdAt: datetime({epochMillis: n}),
        dueAt: datetime({epochMillis: n})})
    WITH m WHERE m.state = 'QUEUED'
    SET m:Pending
    RETURN count(m)
    """,
    timeout_ms=60_000,
)


async def test_what_waits_on_each_channel_how_late_the_oldest_is_and_what_is_dead(graph: Graph) -> None:
    late, later, planned, failed, lost = (
        seed(NOW - 9_000, 1),
        seed(NOW - 5_000, 2),
        seed(NOW, 3, due_at=NOW + 60_000),
        seed(NOW, 4),
        seed(NOW, 5),
    )
    await queue(graph, late, later, planned, failed, lost)
    claimed = await outbox.claim(graph, [failed.message_id, lost.message_id], 30_000, NOW)
    records = [
        AttemptRecord(failed.message_id, MessageState.FAILED, AttemptOutcome.REFUSED, "smtp", "550"),
        AttemptRecord(lost.message_id, MessageState.UNKNOWN, AttemptOutcome.UNKNOWN, "smtp", "lost"),
    ]
    await outbox.finish(graph, claimed.token, records, NOW)

    found = await waiting(graph, NOW)

    expected = dict.fromkeys(Channel, NOTHING) | {Channel.EMAIL: ChannelQueue(3, 9_000)}
    assert found == Waiting(expected, {MessageState.FAILED: 1, MessageState.UNKNOWN: 1})
    # Somebody who holds the oldest has it until the lease ends.
    await outbox.claim(graph, [late.message_id], 30_000, NOW)
    assert (await waiting(graph, NOW)).queues[Channel.EMAIL] == ChannelQueue(3, 5_000)


async def test_a_long_queue_is_neither_read_to_its_end_nor_sorted(graph: Graph) -> None:
    await graph.change(_MANY)
    channels = {"channels": list(Channel), "now": NOW, "most": 100}

    counted = await _profiled(graph, statements.WAITING, **channels)
    dead = await _profiled(graph, statements.DEAD, states=["FAILED", "UNKNOWN"], most=100)

    # A hundred of each of two channels, and the oldest of each.
    assert counted < 1_000
    assert dead < 20
    assert room.MOST == 100_000


async def _profiled(graph: Graph, statement: Statement, **parameters: object) -> int:
    """How often the store was asked."""
    async with graph._driver.session() as session:  # noqa: SLF001  # Only the driver shows a plan.
        result = await session.run("PROFILE " + statement.text, parameters)
        summary = await result.consume()
    assert summary.profile is not None
    return _hits(summary.profile)


def _hits(plan: dict[str, object]) -> int:
    children = plan.get("children", [])
    assert isinstance(children, list)
    own = plan.get("dbHits", 0)
    assert isinstance(own, int)
    return own + sum(_hits(child) for child in children)
