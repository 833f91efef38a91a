from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final, TypeVar

from dispatch.accounts import Accounts, Admitted, Answered
from dispatch.leave_pages import LeavePages
from dispatch.nudges import Nudger
from dispatch.opted_out import end_opted_out
from dispatch.outcome import Outcome, Paced, Unknown
from dispatch.retry_decision import Try, decide
from dispatch.templates.filling import Filled, Filling
from dispatch.tracked_letters import TrackedLetters
from graph import outbox
from graph.clock import Clock
from graph.connection import Graph
from graph.delivery import Delivery
from graph.errors import GraphError, GraphTimeout, GraphUnavailable, UnknownCommit
from graph.outbox import AttemptRecord, Claimed, Revision
from graph.reach import Verdict, reach
from graph.sending.content import Properties
from graph.vocabulary import ChangeKind, UnknownPolicy

_log: Final = logging.getLogger(__name__)
Written = TypeVar("Written")

# So many are marked as handed and sent side by side; a worker that dies leaves at most these in doubt, and those of a
# resource that does not try again in that case stay so.
_HANDED_TOGETHER: Final = 100
_HELD_TOGETHER: Final = 10
# An outcome that cannot be written means a second letter, so a graph that restarts is waited for.
_FINISH_PATIENCE_S: Final = 60.0
_FINISH_PAUSE_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Group:
    """What is handed over together, and what was claimed with it and waits."""

    token: str
    # Seconds of the monotonic clock.
    sent_until: float
    deliveries: Sequence[Delivery]
    waiting: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class Sending:
    """What a channel's worker needs to bring messages from the outbox to its provider."""

    graph: Graph
    nudger: Nudger
    accounts: Accounts
    clock: Clock
    lease_ms: int
    stopping: Callable[[], bool]
    filling: Filling
    # None where nobody said how the world reaches the gateway, or who signs: then letters hold no link.
    leave_pages: LeavePages | None = None
    # None for the same reasons: then nobody hears of opens and clicks.
    tracked_letters: TrackedLetters | None = None

    async def send(self, message_ids: Sequence[str]) -> int:
        """Claims what it can of `message_ids` and returns how many were handed over.

        None while every account rests: the sweeper brings them again. Raises GraphError where the graph fails; what was
        claimed then waits for its lease to run out.
        """
        if self.accounts.are_resting():
            return 0
        sent_until, ids = self._sent_until(), sorted(set(message_ids))
        claimed = await outbox.claim(self.graph, ids, self.lease_ms, self.clock.now(), ids[:_HANDED_TOGETHER])
        sendable = await self._skip_refused(claimed)
        is_held = any(each.on_unknown is UnknownPolicy.HOLD for each in sendable)
        together = _HELD_TOGETHER if is_held else _HANDED_TOGETHER
        handed = 0
        for start in range(0, len(sendable), together):
            rest = sendable[start:]
            if self.stopping():
                now = self.clock.now()
                await outbox.put_off(self.graph, claimed.token, {each.message_id: now for each in rest})
                break
            handed += await self._hand_over(_Group(claimed.token, sent_until, rest[:together], rest[together:]))
        return handed

    def _sent_until(self) -> float:
        """Until when what is claimed from now on may be sent without a look whether the lease still holds."""
        return monotonic() + outbox.enough_of(self.lease_ms) / 1000

    async def _skip_refused(self, claimed: Claimed) -> Sequence[Delivery]:
        """Reach again, with what is true now: consent may have been withdrawn since the message was queued."""
        now = self.clock.now()
        verdicts = {each.message_id: reach(each.facts, each.purpose, now) for each in claimed.deliveries}
        refused: dict[str, Verdict] = {key: verdict for key, verdict in verdicts.items() if not verdict.reachable}
        if refused:
            self._announce(await outbox.skip(self.graph, claimed.token, refused, now), {ChangeKind.MESSAGE})
        return [each for each in claimed.deliveries if each.message_id not in refused]

    async def _hand_over(self, group: _Group) -> int:
        """What may leave now leaves; what an account's rate holds back is given back before that, unmarked."""
        # One after the other: mostly nothing is asked for, and a task for each would cost more than that.
        pairs = [(each, await self.accounts.admit(each)) for each in group.deliveries]
        await self._put_off(group.token, [(each, room) for each, room in pairs if isinstance(room, Paced)])
        admitted = [(each, room) for each, room in pairs if not isinstance(room, Paced)]
        return await self._send_admitted(group, admitted) if admitted else 0

    async def _send_admitted(self, group: _Group, admitted: Sequence[tuple[Delivery, Admitted]]) -> int:
        token = group.token
        filled = await self._fill(token, [delivery for delivery, _ in admitted])
        held = await self._held(group, filled.deliveries)
        rooms = {delivery.message_id: room for delivery, room in admitted}
        mine = [(each, rooms[each.message_id]) for each in filled.deliveries if each.message_id in held]
        answers = await asyncio.gather(*(self._outcome_of(*each) for each in mine))
        records, paced = list[AttemptRecord](), list[tuple[Delivery, Paced]]()
        for (delivery, _), answered in zip(mine, answers, strict=True):
            if isinstance(answered.outcome, Paced):
                paced.append((delivery, answered.outcome))
            else:
                content = filled.contents.get(delivery.message_id)
                records.append(self._record(delivery, answered.provider, answered.outcome, content))
        if records:
            await self._finish(token, records)
        await self._put_off(token, paced)
        told = zip((delivery for delivery, _ in mine), answers, strict=True)
        await end_opted_out(self.graph, self.nudger, told, self.clock.now())
        return len(records)

    async def _held(self, group: _Group, deliveries: Sequence[Delivery]) -> frozenset[str]:
        """Which of them may be sent: they are marked as handed, and their lease lasts.

        Those of a claim's first group are mostly known to be, and then nobody is asked.
        """
        ids, is_known = _ids(deliveries), all(each.is_handed for each in deliveries)
        if is_known and not group.waiting and monotonic() < group.sent_until:
            return frozenset(ids)
        sent_until = self._sent_until()
        held = await outbox.mark_handed(self.graph, ids, group.token, self.lease_ms, _ids(group.waiting))
        # A process that was stopped for longer than its lease: others may be sending these by now.
        return held if monotonic() < sent_until else frozenset()

    async def _fill(self, token: str, deliveries: Sequence[Delivery]) -> Filled:
        """Ends what no template can be made for: the next try would fail as well."""
        now = self.clock.now()
        filled = await self.filling.fill([self._with_leave_link(each) for each in deliveries], now)
        if filled.reasons:
            self._announce(await outbox.fail(self.graph, token, filled.reasons, now), {ChangeKind.MESSAGE})
        return replace(filled, deliveries=[self._tracked(each) for each in filled.deliveries])

    async def _put_off(self, token: str, paced: Iterable[tuple[Delivery, Paced]]) -> None:
        due = {delivery.message_id: self._asked_again_at(delivery, answer) for delivery, answer in paced}
        if due:
            await _patiently(lambda: outbox.put_off(self.graph, token, due))

    async def _outcome_of(self, delivery: Delivery, admitted: Admitted) -> Answered:
        try:
            return await self.accounts.send(delivery, admitted)
        except Exception as error:  # noqa: BLE001  # A fault in one letter must not lose the outcomes of those beside it.
            _log.error("%s failed with %s and may have been sent", delivery.message_id, type(error).__name__)
            return Answered(delivery.channel.lower(), Unknown(f"the channel failed with {type(error).__name__}"))

    def _with_leave_link(self, delivery: Delivery) -> Delivery:
        return replace(delivery, leave_url=self.leave_pages.url_for(delivery)) if self.leave_pages else delivery

    def _tracked(self, delivery: Delivery) -> Delivery:
        """What a template made is tracked as well; what is kept of it is what it made."""
        return replace(delivery, html=self.tracked_letters.html_for(delivery)) if self.tracked_letters else delivery

    def _asked_again_at(self, delivery: Delivery, paced: Paced) -> int:
        now, expires_at = self.clock.now(), delivery.facts.expires_at
        at = now + paced.after_ms
        # One that expires meanwhile is looked at when it expires, and ends there.
        return at if expires_at is None else min(at, max(expires_at, now))

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
            provider_id=getattr(outcome, "provider_id", None),
            suppress=getattr(outcome, "suppress", False),
            content=content,
            moved_to=getattr(outcome, "moved_to", None),
        )

    async def _finish(self, token: str, records: Sequence[AttemptRecord]) -> None:
        kinds = {ChangeKind.MESSAGE} | (
            {ChangeKind.IDENTIFIER, ChangeKind.SUBSCRIPTION} if any(each.suppress for each in records) else set()
        )
        self._announce(await _patiently(lambda: outbox.finish(self.graph, token, records, self.clock.now())), kinds)

    def _announce(self, revisions: Iterable[Revision], kinds: Iterable[ChangeKind]) -> None:
        for each in revisions:
            self.nudger.publish(each.profile_id, each.revision, kinds)


async def _patiently(write: Callable[[], Awaitable[Written]]) -> Written:
    """Tries again while the graph is away. Twice is harmless: the first one that holds gives the token up."""
    give_up_at = monotonic() + _FINISH_PATIENCE_S
    while True:
        try:
            return await write()
        except (GraphUnavailable, GraphTimeout, UnknownCommit):
            if monotonic() >= give_up_at:
                raise
            await asyncio.sleep(_FINISH_PAUSE_S)


def _ids(deliveries: Iterable[Delivery]) -> list[str]:
    return [delivery.message_id for delivery in deliveries]


async def send_and_report(sending: Sending, message_ids: Sequence[str]) -> None:
    """A job's whole work. Failures of the graph are said and left to the sweeper."""
    try:
        await sending.send(message_ids)
    except GraphError as error:
        _log.warning("%d messages wait for the sweeper: %s", len(message_ids), error)
