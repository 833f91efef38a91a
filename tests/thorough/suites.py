from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Final

from tests.thorough.judged import ROOT
from tests.thorough.outcomes import UNTIL, Outcomes


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests that `make test` runs a part of, and `make thorough` whole."""

    title: str
    file: str


SUITES: Final = (
    Suite("Attack documents refused", "tests/gateway/test_limits.py"),
    Suite("Mistakes put into the compiler and found", "tests/oracle/test_seeded_faults.py"),
    Suite("All pages of 100,000 events walked while others write and merge", "tests/graph/reading/test_walking.py"),
    Suite("Every statement that the schema can produce in one step", "tests/graph/reading/test_every_plan.py"),
    Suite("A search for the dearest document within the limits", "tests/graph/reading/test_dearest.py"),
)


# A Neo4j that planned some 10,000 statements has no heap left for more and takes four times as long, so that a suite
# gets a new one after so long.
_SERVER_S: Final = 8 * 60.0


def run_suites(until: float) -> bool:
    """Whether all of them ran whole and passed. Begins no test after `until`, in seconds since the epoch."""
    for suite in SUITES:
        while time.time() < until and not Outcomes.read().are_whole(suite.file):
            passed_before = _passed(suite)
            _run(suite, min(until, time.time() + _SERVER_S))
            if _passed(suite) == passed_before:
                break
    outcomes = Outcomes.read()
    return all(outcomes.are_whole(suite.file) for suite in SUITES)


def _run(suite: Suite, until: float) -> None:
    environment = {**os.environ, "CUSTOMER_GRAPH_THOROUGH": "1", UNTIL: str(until)}
    command = (sys.executable, "-m", "pytest", "-q", "-p", "tests.thorough.outcomes", suite.file)
    subprocess.run(command, cwd=ROOT, env=environment, check=False)


def _passed(suite: Suite) -> int:
    return sum(each.passed for each in Outcomes.read().of(suite.file).values())
