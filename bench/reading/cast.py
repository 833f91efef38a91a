from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from bench.program import serving
from bench.reading.documents import apollo, dataloaders, product
from bench.reading.operation import Operation, Parameters
from bench.reading.raw_system import raw_driver
from bench.reading.system import GraphQLServer, System, SystemName, variables_of
from bench.stack import BenchStack
from gateway.stack.ports import free_port

APOLLO = Path(__file__).parents[1] / "peers" / "apollo"

Sets = Mapping[Operation, Sequence[Parameters]]


@contextmanager
def cast(stack: BenchStack, names: Sequence[SystemName], sets: Sets, folder: Path) -> Iterator[list[System]]:
    """The systems of those names, started and answering, all over the stack's one graph."""
    with ExitStack() as running:
        systems: list[System] = []
        for name in names:
            match name:
                case SystemName.PRODUCT:
                    systems.append(_product(stack, sets))
                case SystemName.APOLLO:
                    systems.append(running.enter_context(_apollo(stack, sets, folder)))
                case SystemName.DATALOADERS:
                    systems.append(running.enter_context(_dataloaders(stack, sets, folder)))
                case SystemName.DRIVER:
                    variables = _variables(SystemName.DRIVER, sets)
                    systems.append(running.enter_context(raw_driver(variables, _environment(stack), folder)))
        yield systems


def _product(stack: BenchStack, sets: Sets) -> GraphQLServer:
    """The stack's own gateway: `customer-graph serve`, with keys, rights, limits and cost as everywhere."""
    return GraphQLServer(
        name=SystemName.PRODUCT,
        process=stack.process("gateway"),
        url=f"{stack.url}/graphql",
        documents=product.DOCUMENTS,
        variables=_variables(SystemName.PRODUCT, sets),
        headers={"Authorization": f"Bearer {stack.key}"},
    )


@contextmanager
def _apollo(stack: BenchStack, sets: Sets, folder: Path) -> Iterator[GraphQLServer]:
    program = node()
    if program is None:
        raise click.ClickException("Node is not on PATH; @neo4j/graphql cannot be measured without it")
    if not (APOLLO / "node_modules").is_dir():
        raise click.ClickException("the packages of @neo4j/graphql are not installed; make bench does that")
    port = free_port()
    argv = (program, str(APOLLO / "server.cjs"), str(port))
    environment = {**_environment(stack), "NODE_ENV": "production"}
    url = f"http://127.0.0.1:{port}/"
    with serving(argv, environment, url, folder / "apollo.log") as process:
        variables = _variables(SystemName.APOLLO, sets)
        yield GraphQLServer(SystemName.APOLLO, process, url, apollo.DOCUMENTS, variables)


@contextmanager
def _dataloaders(stack: BenchStack, sets: Sets, folder: Path) -> Iterator[GraphQLServer]:
    port = free_port()
    argv = (sys.executable, "-m", "bench.peers.dataloaders.server", str(port))
    url = f"http://127.0.0.1:{port}/"
    with serving(argv, _environment(stack), url, folder / "dataloaders.log") as process:
        variables = _variables(SystemName.DATALOADERS, sets)
        yield GraphQLServer(SystemName.DATALOADERS, process, url, dataloaders.DOCUMENTS, variables)


def node() -> str | None:
    """From PATH, or else the one that a wheel put beside our Python."""
    beside = Path(sys.executable).with_name("node")
    return shutil.which("node") or (str(beside) if beside.exists() else None)


def _variables(name: SystemName, sets: Sets) -> dict[Operation, list[dict[str, object]]]:
    return {operation: [variables_of(name, operation, each) for each in of] for operation, of in sets.items()}


def _environment(stack: BenchStack) -> dict[str, str]:
    graph = stack.graph()
    return {
        **os.environ,
        "GRAPH_URI": graph.uri,
        "GRAPH_USER": graph.user,
        "GRAPH_PASSWORD": graph.password,
        "GRAPH_DATABASE": graph.database,
    }
