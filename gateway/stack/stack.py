from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import partial

from dispatch.redis_ping import ping
from gateway.settings import GatewaySettings, KeyUse
from gateway.stack.addresses import Addresses
from gateway.stack.first_key import make_first_key
from gateway.stack.graph_wait import patiently
from gateway.stack.local_graph import LocalGraph
from gateway.stack.mailbox_server import MailboxServer
from gateway.stack.own_secret import own_secret
from gateway.stack.part import Part
from gateway.stack.probe import is_ready
from gateway.stack.redis_program import RedisProgram
from gateway.stack.redis_server import RedisServer
from gateway.stack.running import announce, withdraw
from gateway.stack.steps import say, step
from gateway.stack.supervisor import Supervisor
from gateway.stack.up_settings import UpSettings
from graph.connection import Graph
from graph.migrations import CURRENT_VERSION, migrate, schema_version
from graph.settings import GraphSettings

_GRAPH_TIMEOUT_S = 30.0
_REDIS_TIMEOUT_S = 2.0
# It compiles and warms the hot statements before it says that it is ready.
_GATEWAY_START_TIMEOUT_S = 60.0
# A worker may be in the middle of handing letters over.
_CHILD_STOP_TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class OwnPrograms:
    """The two halves of this application, as command lines. Tests put smaller programs in their place."""

    gateway: tuple[str, ...] = (sys.executable, "-m", "gateway.cli", "serve")
    worker: tuple[str, ...] = (sys.executable, "-m", "gateway.cli", "worker")


class Stack:
    """Everything that runs on this machine, in the order in which it depends on each other."""

    def __init__(self, settings: UpSettings, local_graph: LocalGraph | None, programs: OwnPrograms) -> None:
        self._settings = settings
        # None where the graph is somebody else's.
        self._local_graph = local_graph
        self._programs = programs
        self._addresses = Addresses.choose(settings)
        self._supervisor = Supervisor(settings.data)

    async def start(self) -> None:
        """Returns when the gateway answers. After an error, as after success, `stop` has to be awaited."""
        if self._local_graph:
            await self._local_graph.start(self._addresses, self._supervisor)
        await self._start_redis()
        await self._start_mailbox()
        await self._prepare_graph()
        announce(self._settings.data, self._addresses.values)
        with step("gateway and worker"):
            await self._supervisor.start(self._gateway())
            await self._supervisor.start(self._own("worker", self._programs.worker))

    async def stop(self) -> None:
        withdraw(self._settings.data)
        await self._supervisor.stop()

    def kill(self) -> None:
        self._supervisor.kill()

    async def _start_redis(self) -> None:
        given = self._addresses.values.get("REDIS_URL")
        if given:
            if not await ping(given, _REDIS_TIMEOUT_S):
                say("redis: the one in REDIS_URL does not answer; messages wait in the graph until it does")
            return
        server = RedisServer(
            program=RedisProgram.find(),
            folder=self._settings.data.redis,
            port=self._addresses.ports["redis"],
            password=self._addresses.password("redis"),
        )
        with step(f"redis {server.program} on 127.0.0.1:{server.port}"):
            await self._supervisor.start(server.part())
        self._addresses.values["REDIS_URL"] = server.url

    async def _start_mailbox(self) -> None:
        if "SMTP_URL" in self._addresses.values:
            return
        server = MailboxServer(self._settings.data.mailbox, self._addresses.ports["mailbox"])
        with step(f"mailbox on 127.0.0.1:{server.port}, letters in {server.folder}"):
            await self._supervisor.start(server.part())
        self._addresses.values["SMTP_URL"] = server.url

    async def _prepare_graph(self) -> None:
        graph = Graph.open(GraphSettings.from_environment(self._addresses.values))
        try:
            await patiently(graph.ping, _GRAPH_TIMEOUT_S)
            secret = await patiently(partial(own_secret, self._settings, graph), _GRAPH_TIMEOUT_S)
            self._addresses.values["CUSTOMER_GRAPH_SECRET"] = secret
            await _migrate_where_needed(graph)
            await patiently(partial(make_first_key, self._settings, graph), _GRAPH_TIMEOUT_S)
            if self._settings.demo:
                await _load_demo(graph, GatewaySettings(secret).key_for(KeyUse.ERASED_ADDRESSES))
        finally:
            await graph.close()

    def _gateway(self) -> Part:
        answers = partial(is_ready, self._settings.near_host, self._settings.port)
        return replace(self._own("gateway", self._programs.gateway), answers=answers)

    def _own(self, name: str, argv: tuple[str, ...]) -> Part:
        return Part(
            name=name,
            argv=argv,
            environment=self._addresses.for_children(),
            start_timeout_s=_GATEWAY_START_TIMEOUT_S,
            stop_timeout_s=_CHILD_STOP_TIMEOUT_S,
        )


async def _migrate_where_needed(graph: Graph) -> None:
    # Asking costs a cold server one plan; taking the lock to find nothing to do took 2.5 s.
    if await patiently(partial(schema_version, graph), _GRAPH_TIMEOUT_S) != CURRENT_VERSION:
        with step("constraints and indexes"):
            await patiently(partial(migrate, graph), _GRAPH_TIMEOUT_S)


async def _load_demo(graph: Graph, erased_key: bytes) -> None:
    # Imported here because only `--demo` needs the importer.
    from gateway.commands.demo import load_demo  # noqa: PLC0415  # See above.

    with step("sample shop", announced=True):
        await load_demo(graph, erased_key)
