from __future__ import annotations

import asyncio

import click

from gateway.api_keys import new_key, register_key
from gateway.stack.running import environment
from graph.connection import Graph
from graph.settings import GraphSettings


@click.command
def key() -> None:
    """Make another API key and print it, this once: only its hash is kept."""
    made = new_key()
    asyncio.run(_register(GraphSettings.from_environment(environment()), made))
    click.echo(made)


async def _register(settings: GraphSettings, made: str) -> None:
    graph = Graph.open(settings)
    try:
        await register_key(graph, made)
    finally:
        await graph.close()
