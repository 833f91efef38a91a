from __future__ import annotations

import asyncio

import click

from gateway.stack.running import environment
from graph.connection import Graph
from graph.migrations import CURRENT_VERSION, MIGRATIONS
from graph.migrations import migrate as migrate_graph
from graph.settings import GraphSettings


@click.command
def migrate() -> None:
    """Bring the graph's constraints and indexes up to date. Safe to run by several processes, and again."""
    applied = asyncio.run(_migrate(GraphSettings.from_environment(environment())))
    names = {each.version: each.name for each in MIGRATIONS}
    for version in applied:
        click.echo(f"applied {version}: {names[version]}")
    click.echo(f"the graph is at schema version {CURRENT_VERSION}")


async def _migrate(settings: GraphSettings) -> list[int]:
    graph = Graph.open(settings)
    try:
        return await migrate_graph(graph)
    finally:
        await graph.close()
