from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

_FOLDERS = ("conf", "data", "logs", "run", "import", "plugins", "licenses")

# Each line is the name of a setting and its value.
_SETTINGS = {
    "server.default_listen_address": "127.0.0.1",
    "server.http.enabled": "false",
    "server.https.enabled": "false",
    # Nothing leaves this machine by itself.
    "dbms.usage_report.enabled": "false",
    "server.fleet_discovery.enabled": "false",
    "dbms.fleet_manager.enabled": "false",
    "server.bolt.telemetry.enabled": "false",
    "client.allow_telemetry": "false",
    # Finding the one AT and OF edge of a subscription must not walk its messages: 17 db hits instead of 54.
    "db.relationship_grouping_threshold": "5",
    # Without a limit the logs of an import grew larger than its data; files of 256 MB are laid out in advance.
    "db.tx_log.rotation.retention_policy": "2 days 256M",
    "db.tx_log.rotation.size": "64M",
    # With it the server has clients give up every read after two minutes, which costs the driver seven tasks for each
    # (40 to 75 µs of 300, measured). Our own deadlines are shorter, and the sockets keep themselves alive.
    "server.bolt.connection_keep_alive_for_requests": "OFF",
    # Clients are ours and closed before; waiting for silence made every stop last ten seconds.
    "internal.dbms.bolt.netty_server_shutdown_quiet_period_duration": "100ms",
}


@dataclass(frozen=True, slots=True)
class Neo4jHome:
    """The folder in which one Neo4j keeps its store, logs and configuration."""

    path: Path

    @property
    def configuration(self) -> Path:
        return self.path / "conf"

    def prepare(self, port: int, page_cache: str, *, authentication: bool = True) -> None:
        """Written anew at every start; what a person adds to neo4j.conf does not stay."""
        for name in _FOLDERS:
            (self.path / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = {
            **_SETTINGS,
            "server.bolt.listen_address": f"127.0.0.1:{port}",
            "server.bolt.advertised_address": f"127.0.0.1:{port}",
            "server.memory.pagecache.size": page_cache,
            "dbms.security.auth_enabled": "true" if authentication else "false",
        }
        lines = [f"{name}={value}\n" for name, value in settings.items()]
        (self.configuration / "neo4j.conf").write_text("".join(lines), encoding="utf-8")

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
