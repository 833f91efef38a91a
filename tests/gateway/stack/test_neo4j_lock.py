from __future__ import annotations

import re

from gateway.stack.neo4j_lock import LOCK_FILE, Neo4jLock


def test_the_committed_lock_names_every_file_once_with_its_sha256_and_size() -> None:
    lock = Neo4jLock.read()

    assert lock.version == "2026.08.1"
    assert len(lock.jars) == 237
    assert len({jar.file_name for jar in lock.jars}) == 237
    assert all(re.fullmatch(r"[0-9a-f]{64}", jar.sha256) for jar in lock.jars)
    assert all(jar.size > 0 for jar in lock.jars)
    assert lock.size == 175_924_177


def test_it_serves_linux_and_macos_on_both_processors() -> None:
    classifiers = {jar.classifier for jar in Neo4jLock.read().jars}

    assert classifiers == {"", "linux-x86_64", "linux-aarch_64", "osx-x86_64", "osx-aarch_64"}


def test_it_names_no_address() -> None:
    assert "://" not in LOCK_FILE.read_text()
