from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import click

from dispatch.channels.bounce_mail import receipts_in
from gateway.stack.running import environment
from graph.clock import SystemClock
from graph.connection import Graph
from graph.migrations import require_current_schema
from graph.receipts.apply import apply_receipts
from graph.receipts.orphans import keep_orphans
from graph.receipts.receipt import Receipt, ReceiptSource, Told
from graph.settings import GraphSettings
from graph.vocabulary import Channel

_MOST_BYTES = 1_048_576


@click.command
@click.option("--account", default="smtp", show_default=True, help="The account in SMTP_URL that the letter went by.")
def bounce(account: str) -> None:
    """Read a mail from standard input that tells how a letter fared, as a mail server pipes it.

    Mail that tells nothing of our letters changes nothing. The same mail again counts once.
    """
    now_ms = SystemClock().now()
    receipts = receipts_in(sys.stdin.buffer.read(_MOST_BYTES), now_ms)
    fresh = asyncio.run(_apply(receipts, ReceiptSource(Channel.EMAIL, account), now_ms)) if receipts else 0
    click.echo(f"{len(receipts)} receipts, {fresh} of them new")


async def _apply(receipts: Sequence[Receipt], source: ReceiptSource, now_ms: int) -> int:
    graph = Graph.open(GraphSettings.from_environment(environment()))
    try:
        await require_current_schema(graph)
        applied = await apply_receipts(graph, [Told(source, each) for each in receipts], now_ms)
        if applied.orphans:
            await keep_orphans(graph, applied.orphans, now_ms)
        return applied.fresh
    finally:
        await graph.close()
