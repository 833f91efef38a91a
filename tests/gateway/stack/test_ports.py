from __future__ import annotations

import socket
from pathlib import Path

import pytest

from gateway.stack.errors import PortTaken
from gateway.stack.ports import free_port, keep_ports, require_free


def test_ports_stay_the_same_over_restarts(tmp_path: Path) -> None:
    first = keep_ports(tmp_path / "ports.json", ("neo4j", "redis"))
    second = keep_ports(tmp_path / "ports.json", ("neo4j", "redis"))

    assert first == second
    assert len(set(first.values())) == 2


def test_only_the_one_that_is_taken_meanwhile_changes(tmp_path: Path) -> None:
    first = keep_ports(tmp_path / "ports.json", ("neo4j", "redis"))

    with socket.create_server(("127.0.0.1", first["redis"])):
        second = keep_ports(tmp_path / "ports.json", ("neo4j", "redis"))

    assert second["neo4j"] == first["neo4j"]
    assert second["redis"] not in first.values()


def test_a_broken_file_means_new_ports(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text("[")

    assert keep_ports(tmp_path / "ports.json", ("redis",))["redis"] > 0


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is taken"):
            require_free("127.0.0.1", port)


def test_a_free_port_is_let_through() -> None:
    require_free("127.0.0.1", free_port())
