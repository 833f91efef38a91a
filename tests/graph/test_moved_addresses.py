"""A chat that its provider gave another number is the same address: what hangs on it stays."""

from __future__ import annotations

from graph import outbox
from graph.clock import SystemClock
from graph.connection import Graph
from graph.outbox import AttemptOutcome, AttemptRecord
from graph.statement import Statement
from graph.vocabulary import MessageState
from tests.dispatch.outbox_seed import REVISION, Seed, queue, seed

NOW = SystemClock().now()
_CHATS = Statement(
    "chats", "MATCH (i:Identifier) SET i.type = 'TELEGRAM', i.key = 'TELEGRAM::' + i.value RETURN count(i)"
)
_ADDRESSES = Statement(
    "addresses",
    """
    MATCH (i:Identifier)
    WITH i ORDER BY i.value
    RETURN collect([i.key, i.value, i.masked, COUNT { (i)<-[:AT]-() }, COUNT { (i)-[:IDENTIFIES]->() }])
    """,
)


async def finished(graph: Graph, one: Seed, moved_to: str) -> None:
    claimed = await outbox.claim(graph, [one.message_id], 30_000, NOW)
    record = AttemptRecord(
        one.message_id, MessageState.SENT, AttemptOutcome.ACCEPTED, "telegram", "200 ok", moved_to=moved_to
    )
    await outbox.finish(graph, claimed.token, [record], NOW)


async def test_a_chat_that_moved_keeps_its_people_and_subscriptions(graph: Graph) -> None:
    one = seed(NOW, address="-1")
    await queue(graph, one)
    await graph.change(_CHATS)

    await finished(graph, one, "-10012345678")

    assert await graph.read(_ADDRESSES) == [["TELEGRAM::-10012345678", "-10012345678", "***678", 1, 1]]
    assert await graph.read(REVISION, id=one.profile_id) == 2


async def test_a_chat_that_moved_to_one_that_is_known_takes_nobody_along(graph: Graph) -> None:
    one, other = seed(NOW, address="-1"), seed(NOW, address="-2")
    await queue(graph, one, other)
    await graph.change(_CHATS)

    await finished(graph, one, "-2")

    assert [row[:2] for row in await graph.read(_ADDRESSES)] == [["TELEGRAM::-1", "-1"], ["TELEGRAM::-2", "-2"]]
