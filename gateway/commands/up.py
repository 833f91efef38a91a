from __future__ import annotations

import os

import click

from gateway.stack.stack import OwnPrograms
from gateway.stack.until_stopped import run_until_stopped
from gateway.stack.up_settings import UpSettings


@click.command(short_help="Start everything on this machine and keep it running.")
@click.option("--demo", is_flag=True, help="Fill the graph with the sample shop before it serves.")
def up(*, demo: bool) -> None:
    """Start everything on this machine and keep it running until Ctrl-C.

    Neo4j, Redis and a mailbox are started too, unless GRAPH_URI, REDIS_URL or SMTP_URL name others. Once all answers it
    prints `ready` and the address.
    """
    run_until_stopped(UpSettings.from_environment(os.environ, demo=demo), OwnPrograms())
