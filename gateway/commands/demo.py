from __future__ import annotations

import asyncio

import click

from gateway.demo.load import load_demo
from gateway.demo.summary import DemoSummary
from gateway.settings import GatewaySettings, KeyUse
from gateway.stack.running import environment
from graph.connection import Graph
from graph.migrations import require_current_schema
from graph.settings import GraphSettings

__all__ = ["demo", "load_demo"]


@click.command()
def demo() -> None:
    """Fill the graph with the sample shop: real purchases, made-up contacts, subscriptions and events.

    A second run changes nothing.
    """
    for line in asyncio.run(_load()).text():
        click.echo(line)


async def _load() -> DemoSummary:
    given = environment()
    settings = GraphSettings.from_environment(given)
    erased_key = GatewaySettings.from_environment(given).key_for(KeyUse.ERASED_ADDRESSES)
    graph = Graph.open(settings)
    try:
        await require_current_schema(graph)
        return await load_demo(graph, erased_key, _say)
    finally:
        await graph.close()


def _say(line: str) -> None:
    click.echo(line, err=True)
