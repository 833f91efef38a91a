from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import ConnectionClosed, DecodeError
from dramatiq.middleware import Middleware, ShutdownNotifications, TimeLimit

from dispatch.redis_clients import open_client
from graph.vocabulary import Channel

_log: Final = logging.getLogger(__name__)

NAMESPACE: Final = "customer-graph"

# Jobs of a worker that died are only put back by this chore, which by default runs on one command in a thousand: it
# took 178 s in a trial. With these two it takes about as long as a lease; the sweeper is there all the same.
_MAINTENANCE_ALWAYS: Final = 1_000_000
_HEARTBEAT_TIMEOUT_MS: Final = 20_000

# A job waits for the event loop no longer than JOB_LIMIT_S; the limit in the thread is only for what goes wrong there.
JOB_LIMIT_S: Final = 300.0
_TIME_LIMIT_MS: Final = 330_000.0


def queue_name(channel: Channel) -> str:
    return channel.lower()


def actor_name(channel: Channel) -> str:
    return f"deliver_{channel.lower()}"


def queue_key(channel: Channel) -> str:
    """The Redis list in which a channel's jobs wait."""
    return f"{NAMESPACE}:{queue_name(channel)}"


def job(channel: Channel, message_ids: Sequence[str]) -> dramatiq.Message[None]:
    """A wake-up: ids only, because Redis must hold nothing personal and the truth is in the graph."""
    return dramatiq.Message(
        queue_name=queue_name(channel),
        actor_name=actor_name(channel),
        args=(list(message_ids),),
        kwargs={},
        options={},
    )


# The library's constructors carry no types; these say what they take here.
_closed: Final[Callable[[Exception], ConnectionClosed]] = ConnectionClosed


class _Consumer(dramatiq.Consumer):
    """Keeps one bad job from harming the others.

    By itself the library would leave the whole prefetched batch behind a job it cannot decode, and lose a thread to
    one that names another queue.
    """

    def __init__(self, inner: Any, broker: CarefulBroker, queue: str) -> None:
        self._inner = inner
        self._broker = broker
        self._queue = queue

    def __next__(self) -> Any:
        try:
            message = next(self._inner)
        except (DecodeError, TypeError):
            # The library looks an id up that may be anything.
            self._leave_out("cannot be decoded")
            return None
        except redis.RedisError as error:
            raise _closed(error) from None
        if message is None or self._is_ours(message):
            return message
        self._leave_out("is not one of ours")
        self._let_go(message)
        return None

    def _leave_out(self, why: str) -> None:
        _log.error("a job in queue %s %s and is left out", self._queue, why)
        self._broker.left_out(self._queue)

    def _let_go(self, message: Any) -> None:
        """Else it would take one of the few places of jobs that are worked on, for as long as this process lives."""
        if isinstance(message.options, dict) and "redis_message_id" in message.options:
            self.ack(message)
        else:
            self._inner.queued_message_ids.discard(message.message_id)

    def ack(self, message: Any) -> None:
        self._talk(self._inner.ack, message)

    def nack(self, message: Any) -> None:
        self._talk(self._inner.nack, message)

    def requeue(self, messages: Iterable[Any]) -> None:
        self._talk(self._inner.requeue, messages)

    def close(self) -> None:
        self._inner.close()

    def _is_ours(self, message: Any) -> bool:
        options = message.options
        return (
            message.queue_name == self._queue
            and message.actor_name in self._broker.actors
            and isinstance(options, dict)
            and "redis_message_id" in options
            and "eta" not in options
        )

    @staticmethod
    def _talk(command: Any, argument: object) -> None:
        # The library takes only its own kind of error for a lost connection; a timeout is one as well.
        try:
            command(argument)
        except redis.RedisError as error:
            raise _closed(error) from None


class CarefulBroker(RedisBroker):
    """Dramatiq on Redis as a wake-up channel: nothing is lost with it, and nothing is retried by it.

    `left_out` hears of each job that is not one of ours, by its queue.
    """

    left_out: Callable[[str], None]

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5_000) -> dramatiq.Consumer:
        return _Consumer(super().consume(queue_name, prefetch, timeout), self, queue_name)


_broker: Final[Callable[..., CarefulBroker]] = CarefulBroker


def _unheard(_queue: str) -> None:
    """Nobody counts."""


def create_broker(redis_url: str, timeout_s: float, left_out: Callable[[str], None] = _unheard) -> CarefulBroker:
    """Nothing connects before the first command.

    The list of middleware is explicit. Retries, AgeLimit, Callbacks and Pipelines are left out: the graph knows what
    is to be tried again, and the sweeper does it.
    """
    middleware: list[Middleware] = [TimeLimit(time_limit=_TIME_LIMIT_MS), ShutdownNotifications()]
    made = _broker(
        client=open_client(redis_url, timeout_s),
        middleware=middleware,
        namespace=NAMESPACE,
        maintenance_chance=_MAINTENANCE_ALWAYS,
        heartbeat_timeout=_HEARTBEAT_TIMEOUT_MS,
    )
    made.left_out = left_out
    return made
