from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from gateway.stack.download import fetch_verified
from gateway.stack.errors import DownloadFailed
from gateway.stack.jars import Jars
from gateway.stack.neo4j_lock import LockedJar, Neo4jLock


class Shop:
    """Hands out files whose content is their own name, and counts."""

    def __init__(self, *, spoiled: frozenset[str] = frozenset(), closed: frozenset[str] = frozenset()) -> None:
        self.asked: Counter[str] = Counter()
        self._spoiled = spoiled
        self._closed = closed

    def __call__(self, jar: LockedJar, folder: Path) -> Path:
        self.asked[jar.artifact] += 1
        if jar.artifact in self._closed:
            raise ConnectionError("no way there")
        path = folder / jar.file_name
        path.write_text("something else" if jar.artifact in self._spoiled else jar.artifact)
        return path


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.stack.download.time.sleep", lambda _seconds: None)


def test_everything_in_the_lock_is_installed_once(tmp_path: Path) -> None:
    jars, shop = _jars(tmp_path), Shop()

    jars.install(shop)
    jars.install(shop)

    assert shop.asked == {"a": 1, "b": 1, "c": 1}
    assert sorted(path.name for path in jars.folder.iterdir()) == ["a-1.jar", "b-1.jar", "c-1.jar"]
    assert jars.class_path() == ":".join(str(jars.folder / f"{name}-1.jar") for name in "abc")
    assert jars.missing() == []
    assert jars.damaged() == []


def test_a_file_with_another_sha256_is_not_installed(tmp_path: Path) -> None:
    jars, shop = _jars(tmp_path), Shop(spoiled=frozenset("b"))

    with pytest.raises(
        DownloadFailed, match=r"b-1\.jar could not be fetched \(its sha256 is not the one in the lock\)"
    ):
        jars.install(shop)

    assert shop.asked["b"] == 3
    assert not (jars.folder / "b-1.jar").exists()


def test_one_that_failed_is_completed_by_the_next(tmp_path: Path) -> None:
    jars = _jars(tmp_path)
    with pytest.raises(DownloadFailed, match="ConnectionError: no way there"):
        jars.install(Shop(closed=frozenset("c")))
    had = {jar.artifact for jar in jars.lock.jars} - {jar.artifact for jar in jars.missing()}
    # As if it had been killed in the middle of a file.
    (tmp_path / "incoming").mkdir(exist_ok=True)
    (tmp_path / "incoming" / "half").write_text("ha")
    shop = Shop()

    jars.install(shop)

    assert set(shop.asked) == {"a", "b", "c"} - had
    assert jars.missing() == []
    assert not (tmp_path / "incoming").exists()


def test_several_at_once_fetch_each_file_once(tmp_path: Path) -> None:
    jars, shop = _jars(tmp_path), Shop()
    threads = [Thread(target=jars.install, args=(shop,)) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert shop.asked == {"a": 1, "b": 1, "c": 1}
    assert jars.missing() == []


def test_a_file_that_was_changed_later_is_found(tmp_path: Path) -> None:
    jars = _jars(tmp_path)
    jars.install(Shop())

    (jars.folder / "b-1.jar").write_text("x")

    assert [jar.artifact for jar in jars.damaged()] == ["b"]


def test_a_new_file_makes_the_class_data_void(tmp_path: Path) -> None:
    jars = _jars(tmp_path)
    jars.install(Shop())
    (jars.folder / "class-data-old").mkdir()
    (jars.folder / "a-1.jar").unlink()

    jars.install(Shop())

    assert not (jars.folder / "class-data-old").exists()


def test_the_local_maven_repository_is_used_where_it_has_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (jar, *_) = _jars(tmp_path).lock.jars
    path = tmp_path / "m2" / "org" / "example" / "a" / "1" / "a-1.jar"
    path.parent.mkdir(parents=True)
    path.write_text("a")
    monkeypatch.setitem(os.environ, "M2_REPO", str(tmp_path / "m2"))

    assert fetch_verified(jar, tmp_path / "incoming").read_text() == "a"
    assert path.read_text() == "a"


def _jars(folder: Path) -> Jars:
    jar = LockedJar(group="org.example", artifact="", version="1", classifier="", sha256="", size=1)
    named = tuple(
        replace(jar, artifact=name, sha256=hashlib.sha256(name.encode()).hexdigest()) for name in ("a", "b", "c")
    )
    return Jars(Neo4jLock("1", named), folder)
