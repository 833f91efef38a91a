"""Ten minutes of random faults, from seeds that stay: `make faults`.

What they came to is printed, and kept in docs/faults.md.

Each seed is a stack of its own, with RETRY and HOLD in turn. A number behind it is for how many seconds of faults to
run; a shorter run is printed alone. Ends with 1 where a promise did not hold.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.faults.rig import rig
from tests.faults.schedule import Schedule
from tests.faults.summary import Run, page

_SECONDS = 600.0
_OF_ONE = 100.0
_PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
_POLICIES = ("RETRY", "HOLD")


def main(seconds: float) -> int:
    runs: list[Run] = []
    left = seconds
    while left > 0:
        seed = len(runs) + 1
        runs.append(asyncio.run(_run(seed, _POLICIES[seed % 2], min(left, _OF_ONE))))
        _say(runs[-1].line())
        left -= _OF_ONE
    if seconds >= _SECONDS:
        _PAGE.write_text(page(runs, seconds))
    return int(any(run.found.broken for run in runs))


async def _run(seed: int, policy: str, seconds: float) -> Run:
    with tempfile.TemporaryDirectory(prefix="customer-graph-faults-") as folder:
        async with rig(Path(folder)) as there:
            schedule = Schedule(there, seed, seconds, policy=policy)
            found = await schedule.run()
            return Run(seed, policy, Counter(schedule.happened), found)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else _SECONDS))
