from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from dispatch.channels.registry import hook_readers
from dispatch.live import LiveProfiles
from dispatch.nudges import Nudger
from dispatch.settings import DispatchSettings
from gateway.api_keys import KeyRing
from gateway.app import App, Parts, create_app
from gateway.console.files import console_routes
from gateway.hits import Hits
from gateway.http.hooks import Hooks, Readers
from gateway.http.tracking import Tracking
from gateway.inbox import Inbox
from gateway.keys import Keys
from gateway.lmtp.address import LmtpAddress
from gateway.lmtp.letters import Letters
from gateway.lmtp.listener import LmtpListener
from gateway.lmtp.mail_accounts import MailAccounts
from gateway.operations import Operations
from gateway.receipt_groups import ReceiptGroups
from gateway.schema.api import SCHEMA
from gateway.schema.context import Services
from gateway.server import Server
from gateway.settings import GatewaySettings, KeyUse
from gateway.settling import Settling
from gateway.warming import warm
from graph.bookmarks import Bookmarks
from graph.clock import SystemClock
from graph.connection import Graph
from graph.errors import GraphError, GraphTimeout, GraphUnavailable
from graph.merging.settings import MergeSettings
from graph.reading.reader import Reader
from graph.rehearsal import rehearse_writes
from graph.settings import GraphSettings
from graph.subscribing.confirmations import Confirmations
from graph.subscribing.leave_links import LeaveLinks
from graph.tracking.links import TrackingLinks

_log = logging.getLogger(__name__)

_LAST_NUDGES_WITHIN_S = 1.0
_LAST_HITS_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class ServeSettings:
    graph: GraphSettings
    dispatch: DispatchSettings
    gateway: GatewaySettings
    merging: MergeSettings = field(default_factory=MergeSettings)


async def serve_until_stopped(settings: ServeSettings) -> None:
    """Answers until SIGTERM or SIGINT, and also starts where graph or Redis are away.

    Raises SchemaTooNew or GraphError where the graph is there and not at this program's schema version.
    """
    async with running(settings) as app:
        await Server(app.asgi, app.sockets, settings.gateway.host, settings.gateway.port).serve()


@asynccontextmanager
async def running(settings: ServeSettings) -> AsyncIterator[App]:
    """The one place where the gateway's parts are put together, started and stopped."""
    graph = Graph.open(settings.graph)
    settling = Settling(graph, settings.gateway.admin_key)
    nudger = Nudger(settings.dispatch.redis_url, ids_per_job=settings.dispatch.ids_per_job)
    live = LiveProfiles(settings.dispatch.redis_url, graph)
    clock = SystemClock()
    reader = Reader(graph, settings.gateway.key_for(KeyUse.CURSORS), clock)
    bookmarks = Bookmarks(settings.gateway.key_for(KeyUse.BOOKMARKS))
    confirmations = Confirmations((settings.gateway.key_for(KeyUse.CONFIRMATIONS),))
    services = Services(
        graph,
        reader,
        clock,
        nudger,
        nudger,
        live,
        Keys.of(settings.gateway),
        bookmarks,
        confirmations,
        settings.merging,
    )
    operations = Operations(SCHEMA, services)
    try:
        # A graph that has just started runs even this past its limit.
        with suppress(GraphUnavailable, GraphTimeout):
            await settling.settle()
            await warm(operations)
        nudger.start()
        await live.start()
        background = asyncio.create_task(_settle_later(settling, services, operations))
        keys = KeyRing(graph, settling.is_settled)
        links = LeaveLinks((settings.gateway.key_for(KeyUse.LEAVE_LINKS),))
        groups = ReceiptGroups(graph, clock, nudger)
        inbox = Inbox(graph, clock, nudger, services.keys.addresses)
        readers = hook_readers(settings.dispatch)
        hooks = Hooks(readers, settings.dispatch.public_url, groups, inbox, clock)
        hits = Hits(graph, groups)
        tracking = Tracking(TrackingLinks((settings.gateway.key_for(KeyUse.TRACKING_LINKS),)), hits, clock)
        app = create_app(
            Parts(
                SCHEMA,
                services,
                operations,
                keys,
                settling.ready,
                nudger.healthy,
                links,
                hooks,
                tracking,
                console_routes(),
            )
        )
        async with taking_letters(settings.gateway.lmtp, hooks, readers):
            yield app
        background.cancel()
        await hits.finish(_LAST_HITS_WITHIN_S)
    finally:
        await live.stop()
        await asyncio.to_thread(nudger.stop, _LAST_NUDGES_WITHIN_S)
        await graph.close()


@asynccontextmanager
async def taking_letters(address: LmtpAddress | None, hooks: Hooks, readers: Readers) -> AsyncIterator[None]:
    """Meanwhile letters that come back are taken at the address, if there is one. Raises ValueError for a wrong one."""
    if address is None:
        yield
        return
    accounts = MailAccounts.of(readers)

    async def take(recipients: Sequence[str], letter: bytes) -> bool:
        return await hooks.take_letter(accounts.of_letter(recipients), letter)

    async with LmtpListener(address, Letters(take)).listening():
        yield


async def _settle_later(settling: Settling, services: Services, operations: Operations) -> None:
    if not settling.is_settled():
        await settling.settle_patiently()
        await warm(operations)
    # Readers come first; who writes in the very first seconds waits for plans as everybody once did.
    try:
        await rehearse_writes(services.graph, services.clock.now())
    except GraphError as error:
        _log.warning("the first writes will be slow: %s", error)
