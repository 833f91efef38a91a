from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from gateway.stack.data_folder import DataFolder
from gateway.stack.part import Part
from gateway.stack.process_record import ProcessRecord

_LEASH = Path(__file__).with_name("leash.py")
# One older log is kept beside it.
_LOG_LIMIT_BYTES = 10_000_000


class Child:
    """One running process of a part. Its output goes to the part's log."""

    def __init__(self, part: Part, process: asyncio.subprocess.Process, record: Path, log: Path) -> None:
        self.part = part
        self.log = log
        self._process = process
        self._record = record
        self._buried = False

    @classmethod
    async def start(cls, part: Part, folder: DataFolder) -> Child:
        log = folder.logs / f"{part.name}.log"
        _rotate(log)
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(_LEASH), str(os.getpid())),
                *part.argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(part.environment),
                # Ctrl-C at the terminal is for us alone; we stop the parts one by one.
                start_new_session=True,
            )
        record = folder.run / f"{part.name}.json"
        seen = ProcessRecord.of(process.pid)
        if seen:
            seen.write(record)
        return cls(part, process, record, log)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number where a signal ended it."""
        return self._process.returncode

    async def wait(self) -> int:
        """Its exit code. What it had started itself does not go on without it."""
        code = await self._process.wait()
        if not self._buried:
            # At once and only once: while others of its group live nobody else gets its number, later somebody may.
            self._buried = True
            self._kill_group()
        return code

    async def stop(self) -> None:
        """Asks, waits as long as the part may take, then kills; its own children too."""
        self._signal(signal.SIGTERM)
        # One that was paused hears nothing before it goes on.
        self._signal(signal.SIGCONT)
        try:
            await asyncio.wait_for(self.wait(), self.part.stop_timeout_s)
        except TimeoutError:
            self.kill()
            await self.wait()
        self._record.unlink(missing_ok=True)

    def kill(self) -> None:
        """Does nothing to one that has ended: its number may belong to somebody else by now."""
        if self.exit_code is None:
            self._kill_group()

    def _kill_group(self) -> None:
        # It leads a group of its own, so this reaches what it started and nothing else. Where only zombies are left of
        # it, some systems answer that we may not.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def last_words(self, count: int = 3) -> str:
        """The end of its log, for an error that says why it did not start."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return " | ".join(line.strip() for line in lines[-count:] if line.strip())

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
