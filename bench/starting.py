from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench.figure import Figure
from bench.stack import running

_ROUNDS = 5
_HELP_GOAL_S = 0.5
_FIRST_QUERY_GOAL_S = 15.0


def measure(folder: Path) -> list[Figure]:
    data = folder / "starting"
    with running(data):
        pass
    starts = []
    for _ in range(_ROUNDS):
        with running(data) as stack:
            starts.append(stack.seconds_to_first_query)
    return [
        Figure("customer-graph --help", "s", tuple(_help_seconds() for _ in range(_ROUNDS)), _HELP_GOAL_S),
        Figure("warm start to first answer", "s", tuple(starts), _FIRST_QUERY_GOAL_S),
    ]


def _help_seconds() -> float:
    began = time.perf_counter()
    program = Path(sys.executable).with_name("customer-graph")
    subprocess.run((program, "--help"), stdout=subprocess.DEVNULL, check=True)  # noqa: S603  # The arguments are made here: nothing in them comes from outside.
    return time.perf_counter() - began
