from __future__ import annotations

from typing import Final

import click

from dispatch.channels.registry import senders
from dispatch.channels.webhook import WebhookSender
from dispatch.settings import DispatchSettings
from gateway.stack.running import environment
from graph.vocabulary import Channel

_VARIABLE: Final = "WEBHOOK_URL"


@click.command
@click.argument("url")
@click.option("--account", help="The account of WEBHOOK_URL that calls it; by default the first.")
def webhook_secret(url: str, account: str | None) -> None:
    """Print the secret with which whoever receives at URL verifies what comes.

    URL is the address exactly as it is subscribed. Each has a secret of its own, made from the secret in WEBHOOK_URL.
    """
    sender = _sender(account)
    try:
        secret = sender.secret_for(url)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="URL") from None
    click.echo(secret)


def _sender(account: str | None) -> WebhookSender:
    named = tuple(environment().get(_VARIABLE, "").split())
    # Nothing is opened by this, so there need be no Redis.
    found = [
        each
        for each in senders(Channel.WEBHOOK, DispatchSettings("", {_VARIABLE: named}))
        if isinstance(each, WebhookSender) and account in {None, each.provider}
    ]
    if not found:
        raise click.BadParameter(f"{_VARIABLE} names no such account", param_hint="--account")
    return found[0]
