from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench.figure import Figure
from bench.stack import running
from gateway.demo.data_file import data_file

_ROUNDS = 3
_LINES = 142_083
_GOAL_LINES_PER_S = 5_000.0


def measure(folder: Path) -> list[Figure]:
    """The whole process is timed, from its start to its exit; each round has a new, empty graph."""
    first, again = [], []
    for number in range(_ROUNDS):
        with running(folder / f"importing-{number}") as stack:
            first.append(_LINES / _import_seconds(stack.environment()))
            again.append(_LINES / _import_seconds(stack.environment()))
    return [
        Figure("import online-retail", "lines/s", tuple(first), _GOAL_LINES_PER_S, higher_is_better=True),
        Figure("the same import again", "lines/s", tuple(again), higher_is_better=True),
    ]


def _import_seconds(environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(  # noqa: S603  # The arguments are made here: nothing in them comes from outside.
        (sys.executable, "-m", "gateway.cli", "import", "online-retail", str(data_file())),
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began
