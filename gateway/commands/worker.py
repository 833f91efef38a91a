from __future__ import annotations

import logging

import click

from dispatch.channels.registry import CHANNELS
from dispatch.settings import DispatchSettings
from dispatch.worker import WorkerProcess
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
    process = WorkerProcess(GraphSettings.from_environment(values), DispatchSettings.from_environment(values), chosen)
    process.run()
