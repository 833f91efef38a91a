from __future__ import annotations

import stat
from pathlib import Path

import pytest

from gateway.stack.private_file import read_or_make, write_private


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    write_private(tmp_path / "secret", "first")
    write_private(tmp_path / "secret", "second")

    assert (tmp_path / "secret").read_text() == "second"
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_a_write_that_fails_leaves_the_old_text_and_nothing_else(tmp_path: Path) -> None:
    write_private(tmp_path / "secret", "old")

    with pytest.raises(UnicodeEncodeError):
        write_private(tmp_path / "secret", "\ud800")

    assert (tmp_path / "secret").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_it_is_made_once(tmp_path: Path) -> None:
    made = iter(["one", "two"])

    first = read_or_make(tmp_path / "secret", lambda: next(made))
    second = read_or_make(tmp_path / "secret", lambda: next(made))

    assert (first, second) == ("one", "one")
    assert next(made) == "two"
