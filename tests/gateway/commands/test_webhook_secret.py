from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from standardwebhooks import Webhook

from dispatch.channels.webhook import WebhookSender
from gateway.commands.webhook_secret import webhook_secret

_SECRET = f"whsec_{b64encode(b'x' * 32).decode()}"
_OTHER = f"whsec_{b64encode(b'y' * 32).decode()}"
_ADDRESS = "https://hooks.example.com/in"


def run(folder: Path, *arguments: str, urls: str = f"webhook://:{_SECRET}@/") -> Result:
    environment = {"CUSTOMER_GRAPH_DATA": str(folder), "WEBHOOK_URL": urls, "REDIS_URL": None, "GRAPH_URI": None}
    return CliRunner().invoke(webhook_secret, arguments, env=environment)


def test_the_secret_is_the_one_that_the_channel_signs_with_and_not_the_account_s(tmp_path: Path) -> None:
    told = run(tmp_path, _ADDRESS)

    assert told.exit_code == 0, told.output
    sender = WebhookSender.from_url(f"webhook://:{_SECRET}@/", "WEBHOOK_URL", 1_000)
    assert told.output == f"{sender.secret_for(_ADDRESS)}\n"
    Webhook(told.output.strip())
    assert _SECRET not in told.output


def test_each_address_and_each_account_has_another_secret(tmp_path: Path) -> None:
    two = f"webhook://:{_SECRET}@/?account=main&rate=5 webhook://:{_OTHER}@/?account=shop"
    answers = [
        run(tmp_path, _ADDRESS, urls=two),
        run(tmp_path, f"{_ADDRESS}/2", urls=two),
        run(tmp_path, _ADDRESS, "--account", "shop", urls=two),
    ]

    assert len({answer.output for answer in answers}) == 3
    assert run(tmp_path, _ADDRESS, "--account", "main", urls=two).output == answers[0].output


@pytest.mark.parametrize(
    "address", ["hooks.example.com", "https://me:hush-hush@hooks.example.com/", "ftp://a.example/"]
)
def test_what_can_be_no_webhook_is_refused_without_its_text(tmp_path: Path, address: str) -> None:
    answer = run(tmp_path, address)

    assert answer.exit_code == 2
    assert "Invalid value for URL: " in answer.output
    assert "hush" not in answer.output
    assert "whsec_" not in answer.output


def test_without_an_account_the_variable_is_named(tmp_path: Path) -> None:
    answer = run(tmp_path, _ADDRESS, urls="")

    assert isinstance(answer.exception, ValueError)
    assert str(answer.exception).startswith("WEBHOOK_URL is not set")


def test_an_account_that_is_not_there_is_said(tmp_path: Path) -> None:
    answer = run(tmp_path, _ADDRESS, "--account", "shop")

    assert answer.exit_code == 2
    assert "WEBHOOK_URL names no such account" in answer.output
