from __future__ import annotations

import socket
from pathlib import Path

import pytest

from gateway.stack.ports import free_port
from tests.gateway.stack.up_process import STAND_IN, UpProcess, environment_for, started

_PARTS = ("neo4j", "redis", "mailbox", "gateway", "worker")
# The first on a machine fetches Neo4j.
pytestmark = pytest.mark.timeout(600)


def test_a_part_that_is_killed_comes_back_and_sigterm_leaves_nothing_running(tmp_path: Path) -> None:
    environment = environment_for(tmp_path / "data")
    with started(STAND_IN, environment) as up:
        assert up.wait_for("ready ") == f"ready http://127.0.0.1:{environment['PORT']}"

        for name in ("redis", "mailbox", "gateway", "worker"):
            _kill_and_see_it_come_back(up, name)
        family = up.children()
        exit_code = up.stop()

    assert exit_code == 0
    assert len(family) == len(_PARTS)
    assert not any(process.is_running() for process in family)
    assert list((tmp_path / "data" / "run").iterdir()) == []
    assert not (tmp_path / "data" / "stack.json").exists()


def test_sigterm_while_it_starts_stops_what_has_started(tmp_path: Path) -> None:
    # It will wait for this graph until it is told to stop.
    environment = environment_for(tmp_path / "data", GRAPH_URI=f"bolt://127.0.0.1:{free_port()}")
    with started(STAND_IN, environment) as up:
        up.wait_for("mailbox on ")
        family = up.children()

        exit_code = up.stop()

    assert exit_code == 0
    assert len(family) == 2
    assert not any(process.is_running() for process in family)
    assert up.lines[-2:] == ["stopping", "stopped"]


def test_a_taken_port_is_one_line_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started(STAND_IN, environment_for(tmp_path / "data", PORT=str(port))) as up:
            exit_code = up.process.wait(timeout=20)
            up.wait_for("port ")

    assert exit_code == 1
    assert up.lines == [f"port {port} on 127.0.0.1 is taken; stop what listens there, or name another one in PORT"]
    assert not (tmp_path / "data" / "ports.json").exists()
    assert list((tmp_path / "data" / "run").iterdir()) == []


def _kill_and_see_it_come_back(up: UpProcess, name: str) -> None:
    before = up.child(name)
    before.kill()
    said = up.wait_for(f"{name} stopped by itself")
    up.wait_for(f"{name} is back")
    assert said == f"{name} stopped by itself (killed by SIGKILL); starting it again in 0.5 s"
    assert up.child(name).pid != before.pid
