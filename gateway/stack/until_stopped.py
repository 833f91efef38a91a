from __future__ import annotations

import asyncio
import logging
import signal

from gateway.stack.leftovers import stop_leftovers
from gateway.stack.local_graph import LocalGraph
from gateway.stack.ports import require_free
from gateway.stack.stack import OwnPrograms, Stack
from gateway.stack.steps import say
from gateway.stack.up_lock import only_one
from gateway.stack.up_settings import UpSettings


def run_until_stopped(settings: UpSettings, programs: OwnPrograms) -> None:
    """Starts everything, says `ready` and the address, and returns after Ctrl-C or SIGTERM, with nothing left running.

    Raises StackError or GraphError where something is in the way; nothing is left running then either.
    """
    # Until the event loop takes over, both ways of stopping end in KeyboardInterrupt.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings.data.create()
    # What libraries have to say is for whoever looks for it, not for the terminal.
    logging.basicConfig(
        filename=settings.data.logs / "up.log", format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        with only_one(settings.data, settings.url):
            _run(settings, programs)
    except KeyboardInterrupt:
        say("stopped")


def _run(settings: UpSettings, programs: OwnPrograms) -> None:
    for name in stop_leftovers(settings.data.run):
        say(f"{name} was left over by a stack that was killed; stopped it")
    require_free(settings.host, settings.port)
    say(f"data in {settings.data.path}")
    local_graph = None if settings.given_value("GRAPH_URI") else LocalGraph.install(settings)
    asyncio.run(_until_stopped(Stack(settings, local_graph, programs), settings.url))


async def _until_stopped(stack: Stack, url: str) -> None:
    asked = _on_signals(stack)
    starting = asyncio.create_task(stack.start())
    waiting = asyncio.create_task(asked.wait())
    try:
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            say(f"ready {url}")
            await waiting
    finally:
        starting.cancel()
        waiting.cancel()
        await asyncio.gather(starting, waiting, return_exceptions=True)
        say("stopping")
        await stack.stop()
        say("stopped")


def _on_signals(stack: Stack) -> asyncio.Event:
    """The first asks for an orderly stop; whoever asks again does not want to wait for it."""
    asked = asyncio.Event()

    def ask() -> None:
        if asked.is_set():
            stack.kill()
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ask)
    return asked
