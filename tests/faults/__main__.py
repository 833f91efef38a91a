"""Ten minutes of random faults, from seeds that stay: `make faults`.

What they came to is printed, and kept in docs/faults.md.

Each seed is a stack of its own, one with RETRY and one with HOLD. A number behind it is for how many seconds of faults
to run; a shorter run is printed alone.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.checker import Finding
from tests.faults.rig import rig
from tests.faults.schedule import Fault, Schedule

_SECONDS = 600.0
_OF_ONE = 100.0
_PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
_POLICIES = ("RETRY", "HOLD")


def main(seconds: float) -> int:
    runs: list[tuple[str, Counter[Fault], Finding]] = []
    left, seed = seconds, 1
    while left > 0:
        policy = _POLICIES[seed % 2]
        happened, found = asyncio.run(_run(seed, policy, min(left, _OF_ONE)))
        name = f"seed {seed}, {policy}"
        _say(_line(name, happened, found))
        runs.append((name, happened, found))
        left, seed = left - _OF_ONE, seed + 1
    if seconds >= _SECONDS:
        _PAGE.write_text(_page(runs, seconds))
    return int(any(found.broken for _, _, found in runs))


async def _run(seed: int, policy: str, seconds: float) -> tuple[Counter[Fault], Finding]:
    with tempfile.TemporaryDirectory(prefix="customer-graph-faults-") as folder:
        async with rig(Path(folder)) as there:
            run = Schedule(there, seed, seconds, policy=policy)
            found = await run.run()
            return Counter(run.happened), found


def _line(name: str, happened: Counter[Fault], found: Finding) -> str:
    faults = ", ".join(f"{fault} {number}" for fault, number in sorted(happened.items()))
    states = ", ".join(f"{state} {number}" for state, number in found.states.items())
    broken = "nothing was broken" if not found.broken else f"BROKEN: {'; '.join(found.broken[:20])}"
    return (
        f"{name}: {found.messages} messages ({states}), {found.received} received, {found.doubled} of them again after "
        f"{found.crashes} crashes and {found.lost_answers} lost or late answers, {found.opt_outs} people said no; "
        f"{broken}. Faults: {faults}."
    )


def _page(runs: list[tuple[str, Counter[Fault], Finding]], seconds: float) -> str:
    lines = "\n".join(f"- {_line(*run)}" for run in runs)
    day = time.strftime("%Y-%m-%d", time.gmtime())
    return (
        "# Random faults\n\n"
        f"Written by `make faults` on {day}: {seconds:.0f} seconds of faults in all, while eight clients send messages "
        "and repeat what was not answered. Afterwards every mutation that was answered must have its one message at an "
        "end, no message may have been received more often than once and once for each crash and lost answer, and none "
        "may have left after an opt-out was answered, but for what a worker held.\n\n"
        f"{lines}\n"
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else _SECONDS))
