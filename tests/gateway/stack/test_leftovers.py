from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.stack.leftovers import stop_leftovers
from gateway.stack.process_record import ProcessRecord

_SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(_SLEEP) as process:
        yield process
        process.kill()


def test_a_recorded_process_is_stopped_and_named(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    record = ProcessRecord.of(sleeper.pid)
    assert record is not None
    record.write(tmp_path / "redis.json")

    assert stop_leftovers(tmp_path) == ["redis"]

    assert sleeper.poll() is not None
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_only_took_over_the_id_is_left_alone(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    record = ProcessRecord.of(sleeper.pid)
    assert record is not None
    ProcessRecord(record.pid, record.created - 60).write(tmp_path / "redis.json")

    assert stop_leftovers(tmp_path) == []

    assert sleeper.poll() is None
    assert list(tmp_path.iterdir()) == []


def test_a_broken_record_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "redis.json").write_text('{"pid": "')

    assert stop_leftovers(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_an_ended_process_has_no_record() -> None:
    with subprocess.Popen((sys.executable, "-c", "")) as process:
        process.wait()

    assert ProcessRecord.of(process.pid) is None
    assert ProcessRecord(os.getpid(), 0.0).process() is None
