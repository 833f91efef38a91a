from __future__ import annotations

import time

import psutil

_WINDOW_S = 0.1
# Two of the kernel's ticks: less than that is housekeeping, not a request.
_QUIET_S = 0.025
_LONGEST_S = 10.0
# On a busy machine a process may get no turn for a moment, and look as if it had nothing to do.
_QUIET_WINDOWS = 2


def spent(process: psutil.Process) -> float:
    """Seconds of CPU since it began, all its threads together; on Linux from /proc/PID/stat, in ticks of 10 ms."""
    times = process.cpu_times()
    return float(times.user + times.system)


def settle(*processes: psutil.Process) -> None:
    """Waits until what was still under way is done, so that its cost is neither lost nor charged to the next."""
    deadline = time.monotonic() + _LONGEST_S
    quiet = 0
    while quiet < _QUIET_WINDOWS and time.monotonic() < deadline:
        before = sum(spent(each) for each in processes)
        time.sleep(_WINDOW_S)
        quiet = quiet + 1 if sum(spent(each) for each in processes) - before <= _QUIET_S else 0


def idle_share(before: tuple[float, float], after: tuple[float, float]) -> float:
    """Of all cores between two readings of `machine`."""
    total = after[0] - before[0]
    return (after[1] - before[1]) / total if total else 0.0


def machine() -> tuple[float, float]:
    """Seconds of all cores so far, and how many of them were idle."""
    times = psutil.cpu_times()
    return float(sum(times)), float(times.idle)
