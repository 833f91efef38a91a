from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench.reading.cast import APOLLO, node
from gateway.stack.java import Java
from gateway.stack.neo4j_lock import Neo4jLock

_PYTHON_PACKAGES = (
    "customer-graph",
    "neo4j",
    "neo4j-rust-ext",
    "graphql-core",
    "strawberry-graphql",
    "orjson",
    "uvicorn",
    "uvloop",
    "httptools",
)
_NODE_PACKAGES = ("@neo4j/graphql", "@apollo/server", "graphql", "neo4j-driver")
_TIMEOUT_S = 10


def versions() -> dict[str, str]:
    """Of everything that was measured, and of what it was measured with."""
    return {
        "Neo4j": Neo4jLock.read().version,
        "Java": Java.bundled().version,
        "Python": platform.python_version(),
        **{name: version(name) for name in _PYTHON_PACKAGES},
        "Node": _of_program(node()),
        **{f"{name} (npm)": _of_package(APOLLO / "node_modules" / name) for name in _NODE_PACKAGES},
        "wrk": _of_program(shutil.which("wrk")).removeprefix("wrk ").split(" [")[0],
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }


def _of_package(folder: Path) -> str:
    try:
        return str(json.loads((folder / "package.json").read_text())["version"])
    except OSError:
        return "not installed"


def _of_program(path: str | None) -> str:
    if path is None:
        return "not on PATH"
    # wrk tells its version and ends with 1.
    done = subprocess.run(  # noqa: S603  # A program found on PATH by a name written here.
        (path, "--version"), capture_output=True, text=True, check=False, timeout=_TIMEOUT_S
    )
    return (done.stdout or done.stderr).partition("\n")[0].strip()
