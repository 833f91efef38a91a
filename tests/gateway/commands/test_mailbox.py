from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import customer_graph

_NEWER = "20261123T204712.250000Z-bbbbbb.eml"
_OLDER = "20261123T204700.000000Z-aaaaaa.eml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUSTOMER_GRAPH_DATA", str(tmp_path))
    (tmp_path / "mailbox").mkdir()
    return tmp_path / "mailbox"


def test_without_letters_it_says_so(folder: Path) -> None:
    assert list(folder.iterdir()) == []
    assert _run().output == "no letters yet\n"
    assert json.loads(_run("--json").output) == []


def test_letters_are_listed_newest_first(folder: Path) -> None:
    _put(folder, _OLDER, "Welcome")
    _put(folder, _NEWER, "Your order")

    assert _run().output.splitlines() == [
        "   1  2026-11-23 20:47:12Z  anna@example.com                  Your order",
        "   2  2026-11-23 20:47:00Z  anna@example.com                  Welcome",
    ]
    assert json.loads(_run("--json").output)[0] == {
        "name": _NEWER,
        "receivedAt": "2026-11-23T20:47:12.250Z",
        "from": "Shop <shop@example.com>",
        "to": ["anna@example.com"],
        "subject": "Your order",
    }


def test_one_letter_is_shown_by_place_or_name(folder: Path) -> None:
    _put(folder, _OLDER, "Welcome")
    _put(folder, _NEWER, "Your order")

    by_place, by_name = _run("show", "2"), _run("show", _OLDER)

    assert by_place.output == by_name.output
    assert by_place.output.splitlines() == [
        "From: Shop <shop@example.com>",
        "To: anna@example.com",
        "Time: 2026-11-23 20:47:00Z",
        "Subject: Welcome",
        "",
        "Hello!",
    ]
    assert json.loads(_run("show", "2", "--json").output)["text"] == "Hello!\n"


def test_a_letter_that_is_not_there_is_an_error(folder: Path) -> None:
    _put(folder, _NEWER, "Your order")

    answer = _run("show", "2")

    assert answer.exit_code == 1
    assert answer.output == "Error: there is no letter '2'; `customer-graph mailbox` lists them\n"


def test_a_letter_cannot_move_the_cursor_of_the_terminal(folder: Path) -> None:
    _put(folder, _NEWER, "=?utf-8?q?=1B=5B2Jgone?=")

    assert "\x1b" not in _run().output
    assert "\x1b" not in _run("show", "1").output


def _put(folder: Path, name: str, subject: str) -> None:
    lines = (
        "Delivered-To: anna@example.com",
        "From: Shop <shop@example.com>",
        f"Subject: {subject}",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "Hello!",
        "",
    )
    (folder / name).write_text("\r\n".join(lines), newline="")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(customer_graph, ["mailbox", *arguments])
