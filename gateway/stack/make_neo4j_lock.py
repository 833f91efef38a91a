"""Writes neo4j.lock.toml anew: `python -m gateway.stack.make_neo4j_lock 2026.08.1`, for whoever moves Neo4j on.

This is the only place where versions are resolved. The lock is jgo's own, with the size of each file added.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

import tomli_w
from jgo.env import EnvironmentBuilder
from jgo.maven import MavenContext

from gateway.stack.neo4j_lock import LOCK_FILE


def _make(version: str) -> None:
    context = MavenContext()
    with tempfile.TemporaryDirectory() as folder:
        builder = EnvironmentBuilder(context, cache_dir=Path(folder))
        environment = builder.from_endpoint(f"org.neo4j.app:neo4j-server:{version}+org.neo4j:neo4j:{version}")
        lock = environment.lockfile
        if lock is None:
            sys.exit("jgo wrote no lock file")
        entries = [{**locked.to_dict(), "size": _size(context, locked.to_dict())} for locked in lock.dependencies]
    _require_different_names(entries)
    text = "# Written by `python -m gateway.stack.make_neo4j_lock`; not by hand.\n\n"
    LOCK_FILE.write_text(text + tomli_w.dumps({"dependencies": entries}), encoding="utf-8")


def _size(context: MavenContext, entry: dict[str, str]) -> int:
    component = context.project(entry["groupId"], entry["artifactId"]).at_version(entry["version"])
    return component.artifact(entry.get("classifier", "")).resolve().stat().st_size


def _require_different_names(entries: list[dict[str, object]]) -> None:
    # They are installed into one folder.
    names = Counter((entry["artifactId"], entry["version"], entry.get("classifier")) for entry in entries)
    doubled = [name for name, count in names.items() if count > 1]
    if doubled:
        sys.exit(f"two files would have one name: {doubled}")


if __name__ == "__main__":
    _make(sys.argv[1])
