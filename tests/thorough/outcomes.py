"""A plugin of pytest: tests that passed for this state of the code are not run again, and none begins when time is up.

What each said of itself by `record_property` is kept with it.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from tests.thorough.judged import FOLDER, Subject, fingerprint

UNTIL = "CUSTOMER_GRAPH_THOROUGH_UNTIL"
SUBJECT = "CUSTOMER_GRAPH_THOROUGH_SUBJECT"


@dataclass(slots=True)
class Outcome:
    passed: bool
    seconds: float
    said: list[str]


@dataclass(slots=True)
class Outcomes:
    subject: Subject
    code: str
    tests: dict[str, Outcome] = field(default_factory=dict)
    # How many there are to run, of each file.
    wanted: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, subject: Subject) -> Outcomes:
        code, state = fingerprint(subject), _state(subject)
        kept = json.loads(state.read_text()) if state.exists() else {}
        if kept.get("code") != code:
            return cls(subject, code)
        return cls(subject, code, {name: Outcome(**each) for name, each in kept["tests"].items()}, kept["wanted"])

    def write(self) -> None:
        FOLDER.mkdir(exist_ok=True)
        _state(self.subject).write_text(json.dumps(asdict(self), indent=1))

    def of(self, file: str) -> dict[str, Outcome]:
        return {name: each for name, each in self.tests.items() if name.startswith(f"{file}::")}

    def are_whole(self, file: str) -> bool:
        return len(self.of(file)) == self.wanted.get(file) and all(each.passed for each in self.of(file).values())


def _state(subject: Subject) -> Path:
    return FOLDER / f"outcomes-{subject}.json"


def _outcomes() -> Outcomes:
    return Outcomes.read(Subject(os.environ[SUBJECT]))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    outcomes = _outcomes()
    for item in items:
        file = item.nodeid.partition("::")[0]
        outcomes.wanted[file] = sum(each.nodeid.startswith(f"{file}::") for each in items)
    outcomes.write()
    done = [item for item in items if (known := outcomes.tests.get(item.nodeid)) and known.passed]
    config.hook.pytest_deselected(items=done)
    items[:] = [item for item in items if item not in done]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when != "call" and report.passed:
        return
    outcomes = _outcomes()
    said = [str(value) for _, value in report.user_properties]
    outcomes.tests[report.nodeid] = Outcome(report.passed, round(report.duration, 1), said)
    outcomes.write()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    if time.time() > float(os.environ[UNTIL]):
        item.session.shouldstop = "the time of this step is over"
