from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.settings import GatewaySettings, KeyUse

_SECRET = "a secret of the tests"


@pytest.mark.parametrize("given", [{}, {"CUSTOMER_GRAPH_SECRET": ""}])
def test_a_gateway_needs_a_secret(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="CUSTOMER_GRAPH_SECRET must be set"):
        GatewaySettings.from_environment(given)


def test_a_secret_is_never_shown() -> None:
    settings = GatewaySettings.from_environment({"CUSTOMER_GRAPH_SECRET": _SECRET})
    assert settings.secret == _SECRET
    assert _SECRET not in repr(settings)


def test_each_use_has_a_key_of_its_own_that_follows_from_the_secret_alone() -> None:
    keys = [
        GatewaySettings(secret, port=port).key_for(use)
        for secret in (_SECRET, _SECRET + "!")
        for port in (1, 2)
        for use in KeyUse
    ]
    assert {len(key) for key in keys} == {32}
    uses = len(KeyUse)
    assert keys[:uses] == keys[uses : 2 * uses]
    assert len(set(keys)) == 2 * uses


def test_serve_without_a_secret_says_so_in_one_line(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CUSTOMER_GRAPH_SECRET"}
    served = subprocess.run(
        [sys.executable, "-m", "gateway.cli", "serve"],
        env={
            **environment,
            "CUSTOMER_GRAPH_DATA": str(tmp_path),
            "GRAPH_URI": "bolt://127.0.0.1:1",
            "REDIS_URL": "redis://127.0.0.1:1/0",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert served.returncode == 1
    assert served.stderr.splitlines() == [
        "customer-graph: CUSTOMER_GRAPH_SECRET must be set, to the same random text for every gateway of a graph"
    ]
