from __future__ import annotations

import asyncio
import signal
from asyncio import Task
from time import monotonic

from gateway.stack.child import Child
from gateway.stack.data_folder import DataFolder
from gateway.stack.errors import PartFailed
from gateway.stack.part import Part
from gateway.stack.steps import say

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
# A part that ran this long was well; its next fall is the first again.
_STEADY_AFTER_S = 60.0
_POLL_S = 0.05


class Supervisor:
    """Starts parts, starts them again when they die, and stops them in the opposite order."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._children: dict[str, Child] = {}
        self._watches: dict[str, Task[None]] = {}

    async def start(self, part: Part) -> None:
        """Returns when it answers. Raises PartFailed where it ends or stays silent; `stop` cleans up after it."""
        child = self._children[part.name] = await Child.start(part, self._folder)
        await _until_it_answers(child)
        self._watches[part.name] = asyncio.create_task(self._watch(child), name=f"watch {part.name}")

    async def stop(self) -> None:
        """Stops all, last started first. A part that is waiting to be started again stays down."""
        for name in reversed(list(self._children)):
            watch = self._watches.pop(name, None)
            if watch:
                watch.cancel()
                await asyncio.gather(watch, return_exceptions=True)
            await self._children.pop(name).stop()

    def kill(self) -> None:
        """Ends every process at once, without asking. `stop` still has to be awaited."""
        for child in self._children.values():
            child.kill()

    async def _watch(self, child: Child) -> None:
        falls = 0
        while True:
            begun = monotonic()
            exit_code = await child.wait()
            falls = 0 if monotonic() - begun > _STEADY_AFTER_S else falls
            pause = restart_pause_s(falls)
            say(f"{child.part.name} stopped by itself ({_how(exit_code)}); starting it again in {pause:g} s")
            await asyncio.sleep(pause)
            falls += 1
            child = await self._again(child)

    async def _again(self, dead: Child) -> Child:
        part = dead.part
        begun = monotonic()
        child = dead
        try:
            child = self._children[part.name] = await Child.start(part, self._folder)
            await _until_it_answers(child)
        except (PartFailed, OSError) as error:
            say(str(error))
            # The watch sees it end and tries once more, later.
            child.kill()
        else:
            say(f"{part.name} is back: {monotonic() - begun:.1f} s")
        return child


def restart_pause_s(falls: int) -> float:
    """Doubles with each fall, so that a part which cannot run does not keep the machine busy."""
    return min(_FIRST_PAUSE_S * 2.0 ** min(falls, 30), _LONGEST_PAUSE_S)


async def _until_it_answers(child: Child) -> None:
    part = child.part
    deadline = monotonic() + part.start_timeout_s
    while child.exit_code is None:
        if await _answers(part):
            return
        if monotonic() > deadline:
            raise PartFailed(f"{part.name} did not answer within {part.start_timeout_s:g} s; its log is {child.log}")
        await asyncio.sleep(_POLL_S)
    how = _how(await child.wait())
    raise PartFailed(f"{part.name} ended while starting ({how}); its log {child.log} ends: {child.last_words()}")


async def _answers(part: Part) -> bool:
    try:
        return await part.answers()
    except OSError:
        return False


def _how(exit_code: int) -> str:
    if exit_code >= 0:
        return f"exit code {exit_code}"
    return f"killed by {signal.Signals(-exit_code).name}"
