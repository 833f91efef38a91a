from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Final

from dispatch.accounts import Accounts, Admitted, Answered
from dispatch.late_answers import LateAnswers
from dispatch.leave_pages import LeavePages
from dispatch.nudges import Nudger
from dispatch.outcome import Paced, Unknown
from dispatch.outcome_writer import OutcomeWriter
from dispatch.templates.filling import Filled, Filling
from dispatch.tracked_letters import TrackedLetters
from graph import outbox
from graph.clock import Clock
from graph.connection import Graph
from graph.delivery import Delivery
from graph.errors import GraphError
from graph.outbox import Claimed
from graph.reach import Verdict, reach
from graph.sending.content import Properties
from graph.vocabulary import ChangeKind, UnknownPolicy

_log: Final = logging.getLogger(__name__)

# So many of a job are marked as handed and sent side by side; a worker that dies leaves these in doubt, and those of a
# resource that does not try again in that case stay so.
_HANDED_TOGETHER: Final = 100
_HELD_TOGETHER: Final = 10
# The share of a lease within which they begin to leave: a channel may take four fifths of it, pacing and an account
# that fails before it a twentieth each.
_BEGUN_WITHIN: Final = 0.1
# What is not answered by then does not keep the outcomes of the others.
_SOON_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class _Group:
    """What is handed over together, and what was claimed with it and waits."""

    token: str
    # Seconds of the monotonic clock.
    leave_by: float
    deliveries: Sequence[Delivery]
    waiting: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class _Ready:
    """What leaves now, by whom, and what templates made of it."""

    token: str
    pairs: Sequence[tuple[Delivery, Admitted]]
    contents: Mapping[str, Properties]

    @property
    def is_held(self) -> bool:
        """Where a lost answer is the end of a message, no more are in doubt than these."""
        return any(each.on_unknown is UnknownPolicy.HOLD for each, _ in self.pairs)


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

    # Answers that other messages do not wait for.
    late: LateAnswers = field(default_factory=LateAnswers)

    async def send(self, message_ids: Sequence[str]) -> int:
        """Claims what it can of `message_ids` and returns how many were handed over.

        0 while every account rests: the sweeper brings them again. Raises GraphError where the graph fails; what was
        claimed and has not left is given back then, or waits for its lease to run out.
        """
        leave_by, ids = self._leave_by(), sorted(set(message_ids))
        ids = ids[: self.accounts.worth_claiming(len(ids))]
        if not ids:
            return 0
        claimed = await outbox.claim(self.graph, ids, self.lease_ms, self.clock.now(), ids[:_HANDED_TOGETHER])
        sendable = await self._skip_refused(claimed)
        is_held = any(each.on_unknown is UnknownPolicy.HOLD for each in sendable)
        together = _HELD_TOGETHER if is_held else _HANDED_TOGETHER
        handed = 0
        for start in range(0, len(sendable), together):
            rest = sendable[start:]
            if self.stopping():
                await self._give_back(claimed.token, rest)
                break
            handed += await self._hand_over(_Group(claimed.token, leave_by, rest[:together], rest[together:]))
        return handed

    def _leave_by(self) -> float:
        """Until when what is claimed or renewed now may begin to leave."""
        return monotonic() + self.lease_ms * _BEGUN_WITHIN / 1000

    async def _skip_refused(self, claimed: Claimed) -> Sequence[Delivery]:
        """Reach again, with what is true now: consent may have been withdrawn since the message was queued."""
        now = self.clock.now()
        verdicts = {each.message_id: reach(each.facts, each.purpose, now) for each in claimed.deliveries}
        refused: dict[str, Verdict] = {key: verdict for key, verdict in verdicts.items() if not verdict.reachable}
        if refused:
            async with self._given_back(claimed.token, claimed.deliveries):
                skipped = await outbox.skip(self.graph, claimed.token, refused, now)
            self._writer().announce(skipped, {ChangeKind.MESSAGE})
        return [each for each in claimed.deliveries if each.message_id not in refused]

    async def _hand_over(self, group: _Group) -> int:
        async with self._given_back(group.token, group.deliveries):
            ready = await self._ready(group)
        return await self._send_ready(ready)

    async def _ready(self, group: _Group) -> _Ready:
        """What may leave now. What a rate holds back is given back, and what no template can be made for ends."""
        # One after the other: mostly nothing is asked for, and a task for each would cost more than that.
        pairs = [(each, await self.accounts.admit(each)) for each in group.deliveries]
        await self._writer().put_off(group.token, [(each, room) for each, room in pairs if isinstance(room, Paced)])
        rooms = {each.message_id: room for each, room in pairs if not isinstance(room, Paced)}
        filled = await self._fill(group.token, [each for each in group.deliveries if each.message_id in rooms])
        ours = await self._still_ours(group, filled.deliveries)
        pairs_now = [(each, rooms[each.message_id]) for each in filled.deliveries if each.message_id in ours]
        return _Ready(group.token, pairs_now, filled.contents)

    async def _still_ours(self, group: _Group, deliveries: Sequence[Delivery]) -> frozenset[str]:
        """Which of them may leave: they are marked as handed, and enough of their lease is left.

        Those of a claim's first group are mostly known to be, and then nobody is asked.
        """
        ids, is_known = _ids(deliveries), all(each.is_handed for each in deliveries)
        if is_known and not group.waiting and monotonic() < group.leave_by:
            return frozenset(ids)
        leave_by = self._leave_by()
        ours = await outbox.mark_handed(self.graph, ids, group.token, self.lease_ms, _ids(group.waiting))
        if monotonic() < leave_by:
            return ours
        # The graph took too long, or this process was stopped: others may be sending these soon, or are by now.
        await self._give_back(group.token, deliveries)
        return frozenset()

    async def _send_ready(self, ready: _Ready) -> int:
        """What was answered soon is written together; what was not is waited for beside, and holds up nothing."""
        asked = {asyncio.create_task(self._outcome_of(*pair)): pair[0] for pair in ready.pairs}
        if not asked:
            return 0
        try:
            done, late = await asyncio.wait(asked, timeout=None if ready.is_held else _SOON_S)
        except asyncio.CancelledError:
            for task in asked:
                task.cancel()
            raise
        try:
            handed = await self._write_down(ready, {task: asked[task] for task in asked if task in done})
        finally:
            if late:
                rest = {task: asked[task] for task in asked if task in late}
                await self.late.wait_for(len(rest), self._write_late(ready, rest))
        return handed + len(late)

    async def _write_late(self, ready: _Ready, asked: Mapping[asyncio.Task[Answered], Delivery]) -> None:
        await asyncio.wait(asked)
        await self._write_down(ready, asked)

    async def _write_down(self, ready: _Ready, answered: Mapping[asyncio.Task[Answered], Delivery]) -> int:
        answers = [(delivery, task.result()) for task, delivery in answered.items()]
        return await self._writer().write(ready.token, answers, ready.contents)

    def _writer(self) -> OutcomeWriter:
        return OutcomeWriter(self.graph, self.nudger, self.clock)

    @asynccontextmanager
    async def _given_back(self, token: str, deliveries: Sequence[Delivery]) -> AsyncIterator[None]:
        """For what is done before anything leaves: where the graph fails in it, no lease has to run out."""
        try:
            yield
        except GraphError:
            await self._give_back(token, deliveries)
            raise

    async def _give_back(self, token: str, deliveries: Sequence[Delivery]) -> None:
        """As if nobody had claimed them. Where that fails too, their lease runs out."""
        now = self.clock.now()
        with suppress(GraphError):
            await outbox.put_off(self.graph, token, {each.message_id: now for each in deliveries})

    async def _fill(self, token: str, deliveries: Sequence[Delivery]) -> Filled:
        """Ends what no template can be made for: the next try would fail as well."""
        now = self.clock.now()
        filled = await self.filling.fill([self._with_leave_link(each) for each in deliveries], now)
        if filled.reasons:
            self._writer().announce(await outbox.fail(self.graph, token, filled.reasons, now), {ChangeKind.MESSAGE})
        return replace(filled, deliveries=[self._tracked(each) for each in filled.deliveries])

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


def _ids(deliveries: Iterable[Delivery]) -> list[str]:
    return [delivery.message_id for delivery in deliveries]


async def send_and_report(sending: Sending, message_ids: Sequence[str]) -> None:
    """A job's whole work. Failures of the graph are said and left to the sweeper."""
    try:
        await sending.send(message_ids)
    except GraphError as error:
        _log.warning("%d messages wait for the sweeper: %s", len(message_ids), error)
