from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Final

from tests.thorough.judged import ROOT, Subject
from tests.thorough.outcomes import SUBJECT, UNTIL, Outcomes


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests that `make test` runs a part of, and `make thorough` whole."""

    title: str
    file: str
    subject: Subject = Subject.READING


SUITES: Final = (
    Suite("Attack documents refused", "tests/gateway/test_limits.py"),
    Suite("Mistakes put into the compiler and found", "tests/oracle/test_seeded_faults.py"),
    Suite("All pages of 100,000 events walked while others write and merge", "tests/graph/reading/test_walking.py"),
    Suite("Every statement that the schema can produce in one step", "tests/graph/reading/test_every_plan.py"),
    Suite("A search for the dearest document within the limits", "tests/graph/reading/test_dearest.py"),
    Suite("Random histories of people, as a plain model says", "tests/histories/test_histories.py", Subject.PEOPLE),
)


def suites_of(subject: Subject) -> tuple[Suite, ...]:
    return tuple(each for each in SUITES if each.subject is subject)


def run_suites(subject: Subject, until: float) -> None:
    """Begins no test after `until`, in seconds since the epoch."""
    for suite in suites_of(subject):
        if time.time() < until and not Outcomes.read(subject).are_whole(suite.file):
            _run(suite, until)


def _run(suite: Suite, until: float) -> None:
    environment = {**os.environ, "CUSTOMER_GRAPH_THOROUGH": "1", UNTIL: str(until), SUBJECT: suite.subject}
    command = (sys.executable, "-m", "pytest", "-q", "-p", "tests.thorough.outcomes", suite.file)
    subprocess.run(command, cwd=ROOT, env=environment, check=False)
