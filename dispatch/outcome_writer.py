"""What became of claimed messages, written into the graph and told to those who watch."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final, TypeVar

from dispatch.accounts import Answered
from dispatch.nudges import Nudger
from dispatch.opted_out import end_opted_out
from dispatch.outcome import Outcome, Paced
from dispatch.retry_decision import Try, decide
from graph import outbox
from graph.clock import Clock
from graph.connection import Graph
from graph.delivery import Delivery
from graph.errors import GraphError, GraphTimeout, GraphUnavailable, UnknownCommit
from graph.outbox import AttemptRecord, Revision
from graph.sending.content import Properties
from graph.vocabulary import ChangeKind

_log: Final = logging.getLogger(__name__)
Written = TypeVar("Written")

# An outcome that cannot be written means a second letter, so a graph that restarts is waited for.
_PATIENCE_S: Final = 60.0
_PAUSE_S: Final = 0.5
# An index takes no longer ones.
_LONGEST_PROVIDER_ID: Final = 1_000


@dataclass(frozen=True, slots=True)
class OutcomeWriter:
    graph: Graph
    nudger: Nudger
    clock: Clock

    async def write(
        self, token: str, answers: Sequence[tuple[Delivery, Answered]], contents: Mapping[str, Properties]
    ) -> int:
        """Returns for how many of them this was a try. `contents` is what templates made, by message.

        Waits for a graph that is away, up to a minute, and raises its error then.
        """
        records, paced = list[AttemptRecord](), list[tuple[Delivery, Paced]]()
        for delivery, answered in answers:
            if isinstance(answered.outcome, Paced):
                paced.append((delivery, answered.outcome))
            else:
                content = contents.get(delivery.message_id)
                records.append(self._record(delivery, answered.provider, answered.outcome, content))
        if records:
            await self._finish(token, records)
        await self.put_off(token, paced)
        await end_opted_out(self.graph, self.nudger, answers, self.clock.now())
        return len(records)

    async def put_off(self, token: str, paced: Iterable[tuple[Delivery, Paced]]) -> None:
        """Gives back what may not leave yet, which was no try."""
        due = {delivery.message_id: self._asked_again_at(delivery, answer) for delivery, answer in paced}
        if due:
            await _patiently(lambda: outbox.put_off(self.graph, token, due))

    def announce(self, revisions: Iterable[Revision], kinds: Iterable[ChangeKind]) -> None:
        for each in revisions:
            self.nudger.publish(each.profile_id, each.revision, kinds)

    async def _finish(self, token: str, records: Sequence[AttemptRecord]) -> None:
        """One that cannot be written keeps none of the others from it."""
        try:
            revisions = await _patiently(lambda: outbox.finish(self.graph, token, records, self.clock.now()))
        except (GraphUnavailable, GraphTimeout, UnknownCommit):
            raise
        except GraphError as error:
            if len(records) == 1:
                _log.error("what became of %s was not written: %s", records[0].message_id, error)
                return
            for record in records:
                await self._finish(token, [record])
            return
        kinds = {ChangeKind.MESSAGE} | (
            {ChangeKind.IDENTIFIER, ChangeKind.SUBSCRIPTION} if any(each.suppress for each in records) else set()
        )
        self.announce(revisions, kinds)

    def _record(self, delivery: Delivery, provider: str, outcome: Outcome, content: Properties | None) -> AttemptRecord:
        now = self.clock.now()
        this = Try(delivery.attempt, now, delivery.facts.expires_at, delivery.on_unknown)
        decision = decide(outcome, this, random.random())  # noqa: S311  # Spreads retries, guards nothing.
        return AttemptRecord(
            message_id=delivery.message_id,
            state=decision.state,
            outcome=decision.outcome,
            provider=provider,
            answer=outcome.answer,
            next_at=decision.next_at,
            provider_id=_bounded(getattr(outcome, "provider_id", None)),
            suppress=getattr(outcome, "suppress", False),
            content=content,
            moved_to=getattr(outcome, "moved_to", None),
        )

    def _asked_again_at(self, delivery: Delivery, paced: Paced) -> int:
        now, expires_at = self.clock.now(), delivery.facts.expires_at
        at = now + paced.after_ms
        # One that expires meanwhile is looked at when it expires, and ends there.
        return at if expires_at is None else min(at, max(expires_at, now))


async def _patiently(write: Callable[[], Awaitable[Written]]) -> Written:
    """Tries again while the graph is away. Twice is harmless: the first one that holds gives the token up."""
    give_up_at = monotonic() + _PATIENCE_S
    while True:
        try:
            return await write()
        except (GraphUnavailable, GraphTimeout, UnknownCommit):
            if monotonic() >= give_up_at:
                raise
            await asyncio.sleep(_PAUSE_S)


def _bounded(provider_id: str | None) -> str | None:
    return None if provider_id is None or len(provider_id) > _LONGEST_PROVIDER_ID else provider_id
