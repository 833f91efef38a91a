from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import customer_graph
from gateway.stack import checks_installed, checks_running
from gateway.stack.finding import Verdict, fine
from gateway.stack.ports import free_port


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRAPH_URI", "REDIS_URL", "SMTP_URL", "HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CUSTOMER_GRAPH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CUSTOMER_GRAPH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.setattr(checks_installed, "console", lambda: fine("console", "built"))


def test_before_the_first_start_nothing_is_wrong() -> None:
    exit_code, lines = _doctor()

    assert exit_code == 0
    assert {part: verdict for part, (verdict, _) in lines.items()} == {
        "python": "ok",
        "java": "ok",
        "neo4j": "idle",
        "redis-server": "ok",
        "data": "idle",
        "console": "ok",
        "graph": "idle",
        "redis": "idle",
        "smtp": "idle",
        "gateway": "idle",
    }
    assert lines["neo4j"][1] == "237 of 237 files not here; `up` fetches 176 MB"


def test_what_does_not_answer_is_wrong_and_no_password_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = free_port()
    monkeypatch.setenv("GRAPH_URI", f"bolt://127.0.0.1:{nobody}")
    monkeypatch.setenv("GRAPH_PASSWORD", "hush-hush")
    monkeypatch.setenv("REDIS_URL", f"redis://:hush-hush@127.0.0.1:{nobody}/0")
    monkeypatch.setenv("SMTP_URL", f"smtp://me:hush-hush@127.0.0.1:{nobody}")

    exit_code, lines = _doctor()

    assert exit_code == 1
    assert [part for part, (verdict, _) in lines.items() if verdict == "wrong"] == ["graph", "redis", "smtp"]
    assert lines["neo4j"] == ("idle", "not needed: GRAPH_URI names a graph")
    assert "hush" not in str(lines)


@pytest.mark.parametrize(("scheme", "port"), [("smtp", 587), ("smtps", 465)])
def test_the_mail_server_is_looked_for_where_the_sender_looks(
    monkeypatch: pytest.MonkeyPatch, scheme: str, port: int
) -> None:
    asked: list[tuple[str, int, bool]] = []

    async def greets(host: str, at: int, secure: object) -> bool:
        asked.append((host, at, secure is not None))
        return True

    monkeypatch.setattr(checks_running, "greets", greets)
    monkeypatch.setenv("SMTP_URL", f"{scheme}://mail.example")

    _, lines = _doctor()

    assert asked == [("mail.example", port, scheme == "smtps")]
    assert lines["smtp"] == ("ok", f"greets on port {port}")


@pytest.mark.parametrize("url", ["smtp://me:hush-hush@", "http://me:hush-hush@mail.example", "smtp://hush-hush@[::1"])
def test_a_wrong_address_of_a_mail_server_is_wrong_and_not_shown(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SMTP_URL", url)

    exit_code, lines = _doctor()

    assert exit_code == 1
    assert lines["smtp"][0] == "wrong"
    assert "hush" not in str(lines)


def test_an_open_data_folder_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)

    exit_code, lines = _doctor()

    assert exit_code == 1
    assert lines["data"] == ("wrong", f"{tmp_path / 'data'} can be read by others")


def test_a_taken_port_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        exit_code, lines = _doctor()

    assert exit_code == 1
    assert lines["gateway"] == ("wrong", f"port {port} is taken by another program")


def test_an_unbuilt_console_says_how_to_build_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr("gateway.__file__", str(tmp_path / "__init__.py"))

    found = checks_installed.console()

    assert (found.verdict, found.seen, found.advice) == (Verdict.WRONG, "not built", "make console")


def _doctor() -> tuple[int, dict[str, tuple[str, str]]]:
    """The exit code, and for each part the verdict and what was seen."""
    answer = CliRunner().invoke(customer_graph, ["doctor"])
    rows = [line.split(maxsplit=2) for line in answer.output.splitlines() if "→" not in line]
    return answer.exit_code, {part: (verdict, seen) for verdict, part, seen in rows}
