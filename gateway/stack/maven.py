from __future__ import annotations

from pathlib import Path

from jgo.config import GlobalSettings
from jgo.maven import MavenContext

from gateway.stack.neo4j_lock import LockedJar

# For connecting and between two pieces, not for a whole file.
_TIMEOUT_S = 30


def fetch_from_network(jar: LockedJar, folder: Path) -> Path:
    """One exact file, with no resolving. Raises OSError (that is what requests' errors are) or RuntimeError."""
    # Those who must use a mirror have told jgo so, and it is asked before Maven Central.
    repositories = {**GlobalSettings.load().repositories, **MavenContext().remote_repos}
    context = MavenContext(repo_cache=folder, remote_repos=repositories, timeout=_TIMEOUT_S)
    component = context.project(jar.group, jar.artifact).at_version(jar.version)
    return component.artifact(jar.classifier).resolve()
