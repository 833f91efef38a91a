from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from gateway.stack.private_file import write_private

# The same process, asked twice, may answer with start times this far apart when the clock is set in between.
_CLOCK_SLACK_S = 2.0


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """A process id together with its start time: ids are used again, pairs are not."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> ProcessRecord | None:
        """None where it has already ended."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return None

    @classmethod
    def read(cls, path: Path) -> ProcessRecord | None:
        """None where there is no record or where it is no record of ours."""
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(value["pid"]), float(value["created"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, path: Path) -> None:
        write_private(path, json.dumps(asdict(self)))

    def process(self) -> psutil.Process | None:
        """The living process that this record names, None where it is gone or another one took its id."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < _CLOCK_SLACK_S
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None
