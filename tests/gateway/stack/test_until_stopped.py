from __future__ import annotations

import socket
from pathlib import Path

import pytest

from gateway.stack.ports import free_port
from tests.gateway.stack.up_process import STAND_IN, environment_for, started

# The first on a machine fetches Neo4j.
pytestmark = pytest.mark.timeout(600)


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
