from __future__ import annotations

import contextlib
import signal
from pathlib import Path

import psutil

from gateway.stack.process_record import ProcessRecord

# As long as Neo4j may take to close its store.
_STOP_TIMEOUT_S = 20.0
_KILL_TIMEOUT_S = 5.0


def stop_leftovers(run_folder: Path) -> list[str]:
    """Ends what an `up` that was killed left running, and returns the names. Nothing of it runs afterwards.

    Only processes whose id and start time are on record are touched.
    """
    found = {path: _tree(path) for path in sorted(run_folder.glob("*.json"))}
    processes = [process for tree in found.values() for process in tree]
    for process in processes:
        _signal(process, hard=False)
    _, stubborn = psutil.wait_procs(processes, timeout=_STOP_TIMEOUT_S)
    for process in stubborn:
        _signal(process, hard=True)
    psutil.wait_procs(stubborn, timeout=_KILL_TIMEOUT_S)
    for path in found:
        path.unlink(missing_ok=True)
    return [path.stem for path, tree in found.items() if tree]


def _tree(path: Path) -> list[psutil.Process]:
    record = ProcessRecord.read(path)
    root = record.process() if record else None
    if root is None:
        return []
    try:
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _signal(process: psutil.Process, *, hard: bool) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(signal.SIGKILL if hard else signal.SIGTERM)
        # One that was paused hears nothing before it goes on.
        process.send_signal(signal.SIGCONT)
