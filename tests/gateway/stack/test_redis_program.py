from __future__ import annotations

from pathlib import Path

import pytest

from gateway.stack import redis_program
from gateway.stack.errors import PartMissing
from gateway.stack.redis_program import RedisProgram


def test_a_new_one_on_path_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _redis(tmp_path, "7.2.4")
    monkeypatch.setenv("PATH", str(tmp_path))

    found = RedisProgram.find()

    assert found.path == path
    assert str(found) == "7.2.4"


def test_an_old_one_on_path_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _redis(tmp_path, "6.0.16")
    wheel = _redis(tmp_path / "wheel", "6.2.14")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(redis_program, "_in_wheel", lambda: wheel)

    assert RedisProgram.find().path == wheel


def test_without_any_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(redis_program, "_in_wheel", lambda: None)

    with pytest.raises(PartMissing, match=r"no redis-server 6\.2 or newer was found on PATH; install one"):
        RedisProgram.find()


def _redis(folder: Path, version: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "redis-server"
    path.write_text(f"#!/bin/sh\necho 'Redis server v={version} sha=00000000:0 malloc=libc bits=64'\n")
    path.chmod(0o755)
    return path
