from __future__ import annotations

import logging

import click
import uvloop

from dispatch.settings import DispatchSettings
from gateway.composition import ServeSettings, serve_until_stopped
from gateway.garbage import keep_what_is_loaded
from gateway.settings import GatewaySettings
from gateway.stack.running import environment
from graph.merging.settings import MergeSettings
from graph.settings import GraphSettings


@click.command
def serve() -> None:
    """Run the gateway alone, against GRAPH_URI and REDIS_URL, until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Its lines name addresses of servers with what went wrong there; ours say what matters.
    logging.getLogger("neo4j").setLevel(logging.ERROR)
    values = environment()
    settings = ServeSettings(
        GraphSettings.from_environment(values),
        DispatchSettings.from_environment(values),
        GatewaySettings.from_environment(values),
        MergeSettings.from_environment(values),
    )
    keep_what_is_loaded()
    uvloop.run(serve_until_stopped(settings))
