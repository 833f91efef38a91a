from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from gateway.api_keys import ALL_SCOPES, new_key, register_key
from gateway.stack.running import environment
from graph.connection import Graph
from graph.settings import GraphSettings
from graph.vocabulary import Right


@click.command
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([each.value for each in Right]),
    multiple=True,
    help="What the key may do; may be given several times. Left out, the key may do everything.",
)
def key(scopes: tuple[str, ...]) -> None:
    """Make another API key and print it, this once: only its hash is kept."""
    made = new_key()
    rights = [each for each in Right if each in scopes] or ALL_SCOPES
    asyncio.run(_register(GraphSettings.from_environment(environment()), made, rights))
    click.echo(made)


async def _register(settings: GraphSettings, made: str, rights: Sequence[Right]) -> None:
    graph = Graph.open(settings)
    try:
        await register_key(graph, made, rights)
    finally:
        await graph.close()
