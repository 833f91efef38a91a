"""What random faults came to, as lines for people and as the page that is kept."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.faults.checker import WINDOW_S, Finding
from tests.faults.schedule import Fault

_SHOWN: Final = 20
_COLUMNS: Final = (
    "Seed",
    "Policy",
    "Asked and answered",
    "Messages",
    "Received",
    "Turned away",
    "Crashes",
    "Answers lost or late",
    "Handed over again",
    "Most for one message",
    "Lost",
    "Opt-outs",
    "Sent too late after one",
)
_PAGE: Final = """\
# Random faults

Written by `make faults` on {day}: {seconds} seconds of faults in all. Eight clients send messages through a gateway and
two workers, and repeat what was not answered. Afterwards the answers, the receivers' own log and the graph are held
against each other (`tests/faults/checker.py`):

- Every mutation that was answered has its one message, and that has come to an end.
- A message is handed over once, and once more at most for each answer of its own that was lost and each crash while it
  was out. One that was turned away (503) was not taken and may come again.
- Where a resource holds what is unknown (HOLD), it is never handed over again.
- Nothing is tried again once it was recorded as accepted.
- Nothing leaves later than {window} s after an opt-out was answered: a lease and a second on its way.

A seed decides which faults are drawn, in which order and for how long; what is on its way at that moment is the
machine's affair, so that counts differ from run to run.

{table}

Faults: {faults}.

{broken}
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One seed on a stack of its own."""

    seed: int
    policy: str
    happened: Counter[Fault]
    found: Finding

    def line(self) -> str:
        found, broken = self.found, "nothing was broken"
        if found.broken:
            broken = f"{len(found.broken)} BROKEN: {'; '.join(found.broken[:_SHOWN])}"
        return (
            f"seed {self.seed}, {self.policy}: {found.messages} messages ({_counted(found.states)}), "
            f"{found.received} received, {found.doubled} times again after {found.crashes} crashes and "
            f"{found.lost_answers} lost or late answers, at most {found.most} for one message, {found.lost} lost, "
            f"{found.opt_outs} opt-outs and {found.late} sent too late after one; {broken}. "
            f"Faults: {_counted(self.happened)}."
        )


def page(runs: Sequence[Run], seconds: float) -> str:
    """Markdown. Says what did not hold as plainly as what did."""
    faults: Counter[Fault] = sum((run.happened for run in runs), Counter())
    broken = [f"- Seed {run.seed}: {words}." for run in runs for words in run.found.broken]
    return _PAGE.format(
        day=time.strftime("%Y-%m-%d", time.gmtime()),
        seconds=f"{seconds:.0f}",
        window=f"{WINDOW_S:.0f}",
        table="\n".join(map(_row, (_COLUMNS, ["---"] * len(_COLUMNS), *map(_cells, runs)))),
        faults=_counted(faults),
        broken="\n".join(broken) or "Nothing was broken.",
    )


def _cells(run: Run) -> list[object]:
    found = run.found
    return [
        run.seed,
        run.policy,
        found.asked,
        f"{found.messages} ({_counted(found.states)})",
        found.received,
        found.turned_away,
        found.crashes,
        found.lost_answers,
        found.doubled,
        found.most,
        found.lost,
        found.opt_outs,
        found.late,
    ]


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _counted(counts: dict[str, int] | Counter[Fault]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))
