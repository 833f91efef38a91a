from __future__ import annotations

import json
import signal
import stat
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.gateway.stack.up_process import REAL, UpProcess, environment_for, started

_PARTS = ("neo4j", "redis", "mailbox", "gateway", "worker")
# The first on a machine fetches Neo4j.
pytestmark = pytest.mark.timeout(600)


def test_the_real_stack_answers_refuses_a_second_heals_and_stops_cleanly_even_after_kill_9(tmp_path: Path) -> None:
    environment = environment_for(tmp_path / "data")
    del environment["CUSTOMER_GRAPH_ADMIN_KEY"]
    with started(REAL, environment) as up:
        key = up.wait_for("API key, shown only now: ").rpartition(" ")[2]
        assert up.wait_for("ready ") == f"ready http://127.0.0.1:{environment['PORT']}"

        assert _ask(environment, key) == (200, {"data": {"__typename": "Query"}})
        assert _ask(environment, "cgk_nobody")[0] == 401
        _second_is_refused(environment, up.process.pid)
        _other_commands_find_it({**environment, "CUSTOMER_GRAPH_ADMIN_KEY": key})
        for name in ("redis", "mailbox", "gateway", "worker"):
            _kill_and_see_it_come_back(up, name)
        killed = up.children()
        # Stopped, it cannot follow its parent by itself, as on a system where nothing would.
        up.child("redis").suspend()
        up.stop(signal.SIGKILL)

    with started(REAL, environment) as up:
        left_over = up.wait_for("redis ")
        said = up.wait_for("API key")
        up.wait_for("ready ")
        still_alive = [process for process in killed if process.is_running()]
        answer = _ask(environment, key)
        family = up.children()
        exit_code = up.stop()

    assert left_over == "redis was left over by a stack that was killed; stopped it"
    assert still_alive == []
    assert len(key) == len("cgk_") + 43
    assert said == "API keys: those made before are valid; `customer-graph key` makes another"
    assert key not in "".join(up.lines)
    assert answer == (200, {"data": {"__typename": "Query"}})
    assert exit_code == 0
    assert len(family) == len(_PARTS)
    assert not any(process.is_running() for process in family)
    assert list((tmp_path / "data" / "run").iterdir()) == []
    assert not (tmp_path / "data" / "stack.json").exists()
    secrets = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data" / "secrets").iterdir()}
    assert secrets == dict.fromkeys(("neo4j-password", "redis-password", "secret", "first-key-done"), 0o600)


def _kill_and_see_it_come_back(up: UpProcess, name: str) -> None:
    before = up.child(name)
    before.kill()
    said = up.wait_for(f"{name} stopped by itself")
    up.wait_for(f"{name} is back")
    assert said == f"{name} stopped by itself (killed by SIGKILL); starting it again in 0.5 s"
    assert up.child(name).pid != before.pid


def _ask(environment: Mapping[str, str], key: str) -> tuple[int, object]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{environment['PORT']}/graphql",
        data=json.dumps({"query": "{ __typename }"}).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  # Our own, on loopback.
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, None


def _second_is_refused(environment: Mapping[str, str], pid: int) -> None:
    second = subprocess.run(
        REAL, env={**environment, "PORT": "0"}, capture_output=True, text=True, timeout=30, check=False
    )
    url = f"http://127.0.0.1:{environment['PORT']}"
    assert second.returncode == 1
    assert second.stdout == ""
    assert f"a stack already runs on {environment['CUSTOMER_GRAPH_DATA']} (process {pid}, {url})" in second.stderr
    assert "Traceback" not in second.stderr


def _other_commands_find_it(environment: Mapping[str, str]) -> None:
    doctor = subprocess.run(
        (*REAL[:-1], "doctor"), env=dict(environment), capture_output=True, text=True, timeout=60, check=False
    )
    answering = [line.split()[1] for line in doctor.stdout.splitlines() if line.startswith("ok ")]
    assert {"graph", "redis", "smtp", "gateway"} <= set(answering)
