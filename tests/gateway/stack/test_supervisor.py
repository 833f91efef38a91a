from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import psutil
import pytest

from gateway.stack.data_folder import DataFolder
from gateway.stack.errors import PartFailed
from gateway.stack.part import Part
from gateway.stack.plain_environment import plain_environment
from gateway.stack.process_record import ProcessRecord
from gateway.stack.supervisor import Supervisor, restart_pause_s
from tests.faults.processes import eventually

# Says its name when it is asked to stop, so that the order can be seen afterwards.
_POLITE = """
import signal, sys, time
def leave(*_):
    with open(sys.argv[2], "a") as file:
        file.write(sys.argv[1] + " ")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
open(sys.argv[2] + "." + sys.argv[1], "w").close()
time.sleep(600)
"""
_STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('in', flush=True); time.sleep(600)"
)

_PARENT = """
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    data = DataFolder(tmp_path / "data")
    data.create()
    return data


def test_the_pause_doubles_up_to_half_a_minute() -> None:
    assert [restart_pause_s(falls) for falls in (0, 1, 2, 3, 6, 7, 1_000_000)] == [0.5, 1, 2, 4, 30, 30, 30]


async def test_parts_stop_in_the_opposite_order(folder: DataFolder, tmp_path: Path) -> None:
    supervisor = Supervisor(folder)
    for name in ("first", "second", "third"):
        await supervisor.start(_polite(name, tmp_path / "order"))

    await supervisor.stop()

    assert (tmp_path / "order").read_text() == "third second first "
    assert list(folder.run.iterdir()) == []


async def test_one_that_does_not_listen_is_killed(folder: DataFolder) -> None:
    supervisor = Supervisor(folder)

    async def is_in() -> bool:
        return (folder.logs / "stubborn.log").read_text() == "in\n"

    part = _part("stubborn", "-c", _STUBBORN)
    await supervisor.start(Part(part.name, part.argv, part.environment, is_in, stop_timeout_s=0.2))
    record = ProcessRecord.read(folder.run / "stubborn.json")

    await supervisor.stop()

    assert record is not None
    assert record.process() is None


async def test_one_that_dies_is_started_again_and_it_is_said(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor = Supervisor(folder)
    await supervisor.start(_part("sleeper", "-c", "import time; time.sleep(600)"))
    first = _running(folder, "sleeper")

    first.kill()
    for _ in range(1_000):
        if _pid(folder, "sleeper") != first.pid:
            break
        await asyncio.sleep(0.02)
    second = _running(folder, "sleeper")
    await supervisor.stop()

    assert second.pid != first.pid
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "sleeper stopped by itself (killed by SIGKILL); starting it again in 0.5 s"
    assert not second.is_running()


async def test_the_number_of_one_that_has_ended_is_never_signalled_again(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By then it may be the number of a group that is none of ours."""
    supervisor = Supervisor(folder)
    await supervisor.start(_part("sleeper", "-c", "import time; time.sleep(600)"))
    first = _running(folder, "sleeper")
    signalled: list[int] = []
    monkeypatch.setattr(os, "killpg", lambda group, _: signalled.append(group))
    first.kill()
    await eventually(lambda: signalled == [first.pid])

    # The supervisor waits now before it starts the part again.
    supervisor.kill()
    await supervisor.stop()

    assert signalled == [first.pid]


async def test_what_a_dead_part_had_started_ends_with_it(folder: DataFolder) -> None:
    supervisor = Supervisor(folder)
    pids = folder.logs / "parent.log"
    part = _part("parent", "-c", _PARENT)
    await supervisor.start(part)
    await eventually(lambda: pids.read_text().endswith("\n"))
    grandchild = psutil.Process(int(pids.read_text()))

    _running(folder, "parent").kill()
    await eventually(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)
    await supervisor.stop()


async def test_a_group_that_may_not_be_signalled_holds_up_nobody(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbid(*_: int) -> None:
        raise PermissionError

    supervisor = Supervisor(folder)
    await supervisor.start(_part("sleeper", "-c", "import time; time.sleep(600)"))
    monkeypatch.setattr(os, "killpg", forbid)

    supervisor.kill()
    await supervisor.stop()

    assert list(folder.run.iterdir()) == []


async def test_one_that_ends_while_starting_says_its_last_words(folder: DataFolder) -> None:
    supervisor = Supervisor(folder)

    async def never() -> bool:
        return False

    part = _part("broken", "-c", "import sys; sys.exit('no such thing')")
    with pytest.raises(PartFailed) as failure:
        await supervisor.start(Part(part.name, part.argv, part.environment, never))
    await supervisor.stop()

    assert str(failure.value) == (
        f"broken ended while starting (exit code 1); its log {folder.logs / 'broken.log'} ends: no such thing"
    )


async def test_one_that_stays_silent_is_given_up(folder: DataFolder) -> None:
    supervisor = Supervisor(folder)

    async def refused() -> bool:
        raise ConnectionRefusedError

    part = _part("silent", "-c", "import time; time.sleep(600)")
    with pytest.raises(PartFailed, match=r"silent did not answer within 0\.2 s"):
        await supervisor.start(Part(part.name, part.argv, part.environment, refused, start_timeout_s=0.2))
    await supervisor.stop()

    assert list(folder.run.iterdir()) == []


async def test_a_child_gets_only_the_environment_of_its_part(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPH_PASSWORD", "hush")
    supervisor = Supervisor(folder)

    async def has_spoken() -> bool:
        return (folder.logs / "speaker.log").read_text().endswith("\n")

    show = "import os, time; print('GRAPH_PASSWORD' in os.environ, flush=True); time.sleep(600)"
    part = _part("speaker", "-c", show)
    await supervisor.start(Part(part.name, part.argv, part.environment, has_spoken))
    await supervisor.stop()

    assert (folder.logs / "speaker.log").read_text() == "False\n"


def _polite(name: str, order: Path) -> Part:
    marker = order.with_name(f"{order.name}.{name}")

    async def listens() -> bool:
        return marker.exists()

    part = _part(name, "-c", _POLITE, name, str(order))
    return Part(part.name, part.argv, part.environment, listens)


def _part(name: str, *arguments: str) -> Part:
    return Part(name, (sys.executable, *arguments), plain_environment())


def _pid(folder: DataFolder, name: str) -> int:
    record = ProcessRecord.read(folder.run / f"{name}.json")
    return record.pid if record else 0


def _running(folder: DataFolder, name: str) -> psutil.Process:
    record = ProcessRecord.read(folder.run / f"{name}.json")
    process = record.process() if record else None
    assert process is not None
    return process
