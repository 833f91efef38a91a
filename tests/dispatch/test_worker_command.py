from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.commands.worker import worker

_VARIABLES = ("GRAPH_URI", "REDIS_URL", "SMTP_URL")


def run(folder: Path, *arguments: str, **environment: str) -> Result:
    nothing = dict.fromkeys(_VARIABLES)
    return CliRunner().invoke(worker, arguments, env={**nothing, "CUSTOMER_GRAPH_DATA": str(folder), **environment})


def test_a_channel_that_cannot_be_sent_on_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.commands.worker.CHANNELS", {})

    result = run(tmp_path, "--channel", "SMS")

    assert result.exit_code == 2
    assert "SMS cannot be sent on yet" in result.output


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, "GRAPH_URI"),
        ({"GRAPH_URI": "bolt://127.0.0.1:1"}, "REDIS_URL"),
        ({"GRAPH_URI": "bolt://127.0.0.1:1", "REDIS_URL": "redis://127.0.0.1:1"}, "SMTP_URL"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, environment: dict[str, str], named: str) -> None:
    result = run(tmp_path, **environment)

    assert isinstance(result.exception, ValueError)
    assert str(result.exception).startswith(named)
