from __future__ import annotations

import logging
from collections.abc import Mapping

import click

from dispatch.channels.registry import CHANNELS, configured
from dispatch.letter_links import LetterLinks
from dispatch.settings import PROVIDER_VARIABLES, DispatchSettings
from dispatch.worker import WorkerProcess
from gateway.garbage import keep_what_is_loaded
from gateway.settings import GatewaySettings, KeyUse
from gateway.stack.running import environment
from graph.settings import GraphSettings
from graph.subscribing.leave_links import LeaveLinks
from graph.tracking.links import TrackingLinks
from graph.vocabulary import Channel


@click.command
@click.option(
    "--channel",
    "channels",
    type=click.Choice([channel.value for channel in Channel], case_sensitive=False),
    multiple=True,
    help="Send only on this channel; may be given several times. By default on all for which there is an account.",
)
def worker(channels: tuple[str, ...]) -> None:
    """Run the workers alone, against GRAPH_URI and REDIS_URL, until SIGTERM or Ctrl-C."""
    asked = tuple(Channel(name) for name in channels)
    missing = [channel for channel in asked if channel not in CHANNELS]
    if missing:
        raise click.BadParameter(f"{', '.join(missing)} cannot be sent on yet", param_hint="--channel")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    values = environment()
    graph_settings, settings = GraphSettings.from_environment(values), DispatchSettings.from_environment(values)
    chosen = asked or configured(settings)
    if not chosen:
        raise ValueError(f"{', '.join(PROVIDER_VARIABLES)}: none is set, so there is nothing to send with")
    keep_what_is_loaded()
    erased_key = _key(values, KeyUse.ERASED_ADDRESSES)
    WorkerProcess(graph_settings, settings, chosen, erased_key, _links(values)).run()


def _links(values: Mapping[str, str]) -> LetterLinks | None:
    leave_key, tracking_key = _key(values, KeyUse.LEAVE_LINKS), _key(values, KeyUse.TRACKING_LINKS)
    if leave_key is None or tracking_key is None:
        return None
    return LetterLinks(LeaveLinks((leave_key,)), TrackingLinks((tracking_key,)))


def _key(values: Mapping[str, str], use: KeyUse) -> bytes | None:
    """None where a worker is not given the secret: it sends all the same."""
    return GatewaySettings.from_environment(values).key_for(use) if values.get("CUSTOMER_GRAPH_SECRET") else None
