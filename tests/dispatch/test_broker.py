from __future__ import annotations

import dramatiq
import redis

from dispatch.broker import actor_name, create_broker, job, queue_key, queue_name
from graph.ids import IdPrefix, new_id
from graph.vocabulary import Channel

KEY = queue_key(Channel.SMS)


def foreign(**changes: object) -> bytes:
    """A job as ours are, but for one thing."""
    ours = job(Channel.SMS, [new_id(IdPrefix.MESSAGE)])
    options = {"redis_message_id": "foreign"}
    return bytes(ours.copy(**{"options": options, **changes}).encode())


def test_jobs_that_none_of_ours_wrote_are_left_out_and_counted_and_the_next_one_is_taken(redis_url: str) -> None:
    left_out: list[str] = []
    broker = create_broker(redis_url, 5.0, left_out.append)
    dramatiq.actor(broker=broker, actor_name=actor_name(Channel.SMS), queue_name=queue_name(Channel.SMS))(print)
    message_id = new_id(IdPrefix.MESSAGE)
    with redis.Redis.from_url(redis_url) as client:
        client.delete(KEY, f"{KEY}.msgs")
        bad = {
            "garbage": b"\xff\xfe",
            "foreign": foreign(actor_name="somebody_elses"),
            "another": foreign(actor_name="somebody_elses", options={}),
            "unnamed": foreign().replace(b'"message_id":', b'"message_id":{},"was":'),
        }
        for name, content in bad.items():
            client.hset(f"{KEY}.msgs", name, content)
            client.rpush(KEY, name)
    broker.enqueue(job(Channel.SMS, [message_id]))

    consumer = broker.consume(queue_name(Channel.SMS), prefetch=1, timeout=100)
    try:
        taken = [found for found in (next(consumer) for _ in range(10)) if found is not None]
    finally:
        consumer.close()
        broker.client.close()

    assert [each.args[0] for each in taken] == [[message_id]]
    assert left_out == [queue_name(Channel.SMS)] * len(bad)
