from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from dispatch.nudges import Nudger
from graph.clock import Clock
from graph.connection import Graph
from graph.errors import GraphError, GraphUnavailable, UnknownCommit
from graph.importing.job import LEASE_MS, HeldJob, JobStep, claim_job, record_failure, release_job, take_step
from graph.vocabulary import ChangeKind

_log: Final = logging.getLogger(__name__)

_AGAIN_AFTER_S: Final = 1.0
_NOBODY_KNOWS: Final = frozenset({ChangeKind.SNAPSHOT})


@dataclass(frozen=True, slots=True)
class Importing:
    """Works at import jobs, one after the other, the oldest first.

    The graph is asked once a second whether there is one: that is the wake-up and the second try in one. `erased_key`
    keys the hashes of addresses whose people asked to be forgotten.
    """

    graph: Graph
    nudger: Nudger
    clock: Clock
    worker: str
    erased_key: bytes = field(repr=False)
    stopping: Callable[[], bool]
    lease_ms: int = LEASE_MS

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            # A process that is about to end takes nothing new.
            if self.stopping() or not await self.work_at_one():
                await asyncio.sleep(_AGAIN_AFTER_S)

    async def work_at_one(self) -> bool:
        """Works at a job until it is over or this process is to stop; False where there was none, or no graph."""
        try:
            job = await claim_job(self.graph, self.worker, self.erased_key, self.lease_ms)
            if job is not None:
                await self._work(job)
        except GraphError as error:
            _log.warning("imports are put off: %s", error)
            return False
        return job is not None

    async def _work(self, job: HeldJob) -> None:
        self._tell(job, JobStep(job.revision, is_over=False))
        try:
            while not self.stopping():
                step = await self._step(job)
                self._tell(job, step)
                if step.is_over:
                    return
        finally:
            # Also where this was cancelled: the job is not to wait for a lease that nobody holds.
            with suppress(GraphError):
                await asyncio.shield(release_job(self.graph, job))

    async def _step(self, job: HeldJob) -> JobStep:
        try:
            return await take_step(self.graph, job, self.clock.now(), self.lease_ms)
        except (GraphUnavailable, UnknownCommit) as error:
            # Nothing is wrong with the rows: the next step finds out what of this one was done.
            _log.warning("import %s is put off: %s", job.id, error)
        except Exception as error:  # noqa: BLE001  # One list that nobody can write must not stop all others.
            _log.error("a step of import %s failed with %s", job.id, type(error).__name__)
            await asyncio.sleep(_AGAIN_AFTER_S)
            return await record_failure(self.graph, job, self.clock.now())
        await asyncio.sleep(_AGAIN_AFTER_S)
        return JobStep(None, is_over=False)

    def _tell(self, job: HeldJob, step: JobStep) -> None:
        for change in step.changes:
            self.nudger.publish(change.profile_id, change.revision, change.kinds)
        if step.revision is not None:
            self.nudger.publish(job.id, step.revision, _NOBODY_KNOWS)
