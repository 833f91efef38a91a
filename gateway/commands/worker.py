from __future__ import annotations

import logging
from collections.abc import Mapping

import click

from dispatch.channels.registry import CHANNELS
from dispatch.settings import DispatchSettings
from dispatch.worker import WorkerProcess
from gateway.garbage import keep_what_is_loaded
from gateway.settings import GatewaySettings, KeyUse
from gateway.stack.running import environment
from graph.settings import GraphSettings
from graph.vocabulary import Channel


@click.command
@click.option(
    "--channel",
    "channels",
    type=click.Choice([channel.value for channel in Channel], case_sensitive=False),
    multiple=True,
    help="Send only on this channel; may be given several times. All that can be sent on by default.",
)
def worker(channels: tuple[str, ...]) -> None:
    """Run the workers alone, against GRAPH_URI and REDIS_URL, until SIGTERM or Ctrl-C."""
    chosen = tuple(Channel(name) for name in channels) or tuple(CHANNELS)
    missing = [channel for channel in chosen if channel not in CHANNELS]
    if missing:
        raise click.BadParameter(f"{', '.join(missing)} cannot be sent on yet", param_hint="--channel")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    values = environment()
    graph_settings, settings = GraphSettings.from_environment(values), DispatchSettings.from_environment(values)
    keep_what_is_loaded()
    WorkerProcess(graph_settings, settings, chosen, _erased_key(values)).run()


def _erased_key(values: Mapping[str, str]) -> bytes | None:
    """None where a worker is not given the secret: it sends all the same."""
    if not values.get("CUSTOMER_GRAPH_SECRET"):
        return None
    return GatewaySettings.from_environment(values).key_for(KeyUse.ERASED_ADDRESSES)
