from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_SCRIPT = Path(__file__).with_name("load.lua")
_LONGEST_ANSWER_S = 30
_GRACE_S = 60


@dataclass(frozen=True, slots=True)
class Target:
    url: str
    headers: Mapping[str, str]
    bodies: Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Load:
    """`requests` were answered within `seconds`; `unfinished` were under way when time was up, and cost CPU too."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    failed: int
    unfinished: int
    bytes: int = 0

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def generator() -> str:
    """Which client presses: wrk where it is on PATH."""
    return "wrk" if shutil.which("wrk") else "client of our own"


def press(target: Target, connections: int, seconds: int) -> Load:
    """A closed loop: each connection sends its next request when the last one was answered."""
    with tempfile.TemporaryDirectory(prefix="customer-graph-bench-") as folder:
        bodies = Path(folder) / "bodies"
        bodies.write_text("".join(f"{json.dumps(body)}\n" for body in target.bodies))
        headers = Path(folder) / "headers"
        headers.write_text("".join(f"{name}: {value}\n" for name, value in target.headers.items()))
        wrk = shutil.which("wrk")
        argv = _wrk(wrk, target, connections, seconds) if wrk else _own(target, connections, seconds)
        done = subprocess.run(  # noqa: S603  # It is wrk from PATH or our own client, on arguments made here.
            (*argv, str(bodies), str(headers)),
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds + _GRACE_S,
            env=dict(os.environ),
        )
    return _load(done, connections)


def _wrk(program: str, target: Target, connections: int, seconds: int) -> tuple[str, ...]:
    options = ("-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", f"{_LONGEST_ANSWER_S}s")
    return (program, *options, "-s", str(_SCRIPT), target.url, "--")


def _own(target: Target, connections: int, seconds: int) -> tuple[str, ...]:
    parts = urlsplit(target.url)
    address = (parts.hostname or "127.0.0.1", str(parts.port), parts.path or "/")
    return (sys.executable, "-m", "bench.reading.client", *address, str(connections), str(seconds))


def _load(done: subprocess.CompletedProcess[str], connections: int) -> Load:
    marked = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode or not marked:
        raise RuntimeError(f"the load generator failed: {done.stdout[-500:]} {done.stderr[-500:]}")
    return Load(**json.loads(marked[0].removeprefix("RESULT ")), unfinished=connections)
