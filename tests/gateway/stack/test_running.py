from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from gateway.stack.data_folder import DataFolder
from gateway.stack.running import announce, environment, is_running, withdraw


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    monkeypatch.setenv("CUSTOMER_GRAPH_DATA", str(tmp_path))
    monkeypatch.delenv("GRAPH_URI", raising=False)
    monkeypatch.delenv("GRAPH_PASSWORD", raising=False)
    return DataFolder(tmp_path)


def test_a_command_finds_the_running_stack(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    announce(folder, {"GRAPH_URI": "bolt://127.0.0.1:1", "GRAPH_PASSWORD": "hush"})
    monkeypatch.setenv("GRAPH_URI", "bolt://elsewhere:7687")

    found = environment()

    assert found["GRAPH_PASSWORD"] == "hush"
    assert found["GRAPH_URI"] == "bolt://elsewhere:7687"
    assert stat.S_IMODE(folder.running_file.stat().st_mode) == 0o600


def test_an_empty_variable_hides_nothing_of_the_running_stack(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(folder, {"GRAPH_URI": "bolt://127.0.0.1:1"})
    monkeypatch.setenv("GRAPH_URI", "")

    assert environment()["GRAPH_URI"] == "bolt://127.0.0.1:1"
    withdraw(folder)
    assert "GRAPH_URI" not in environment()


def test_one_that_was_killed_is_not_found(folder: DataFolder) -> None:
    announce(folder, {"GRAPH_URI": "bolt://127.0.0.1:1"})
    content = json.loads(folder.running_file.read_text())
    folder.running_file.write_text(json.dumps({**content, "created": content["created"] - 3_600}))

    assert not is_running(folder)
    assert "GRAPH_URI" not in environment()


def test_after_the_end_there_is_none(folder: DataFolder) -> None:
    announce(folder, {"GRAPH_URI": "bolt://127.0.0.1:1"})

    withdraw(folder)
    withdraw(folder)

    assert "GRAPH_URI" not in environment()
