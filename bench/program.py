from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 10.0
_POLL_S = 0.1


@contextmanager
def serving(argv: Sequence[str], environment: Mapping[str, str], url: str, log: Path) -> Iterator[psutil.Process]:
    """A server of the measurement's own, given to the caller when it answers a query, stopped afterwards."""
    with log.open("wb") as output:
        started = subprocess.Popen(  # noqa: S603  # The arguments are made here: nothing in them comes from outside.
            argv, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait(started, url, log)
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        try:
            started.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _wait(started: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        if started.poll() is not None:
            raise RuntimeError(f"a server ended with {started.returncode} instead of starting: {_last_words(log)}")
        try:
            if httpx.post(url, json={"query": "{ __typename }"}, timeout=_START_TIMEOUT_S).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(_POLL_S)
    raise RuntimeError(f"a server did not answer in time: {_last_words(log)}")


def _last_words(log: Path) -> str:
    return log.read_text(errors="replace")[-1_000:].strip()
