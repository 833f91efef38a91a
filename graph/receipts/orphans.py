"""Receipts whose message is not known: most overtook the answer that names it, the others are of somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from graph.connection import Graph
from graph.ids import IdPrefix, new_id
from graph.message_states import Happening
from graph.receipts.apply import Applied, apply_receipts
from graph.receipts.receipt import Receipt, ReceiptSource, Told
from graph.statements import receipts as statements
from graph.vocabulary import Channel

_AT_ONCE: Final = 200
_FIRST_LOOK_MS: Final = 1_000
# Whoever has not found a message within a day is told of one that is not ours.
_LONGEST_MS: Final = 86_400_000


async def keep_orphans(graph: Graph, told: Sequence[Told], now_ms: int) -> None:
    """Twice is as good as once. What the provider said in full is left out: nobody could find it to erase it."""
    rows = [{"key": each.key, "id": new_id(IdPrefix.RECEIPT, now_ms), "told": _written(each)} for each in told]
    await graph.change(statements.KEEP_ORPHANS, rows=rows, now=now_ms, lookAt=now_ms + _FIRST_LOOK_MS)


async def adopt_orphans(graph: Graph, now_ms: int) -> Applied:
    """Looks again for the messages of those that are due, as many as one transaction takes.

    Who finds none is looked at less and less often, and forgotten after a day.
    """
    found = await graph.read_aside(statements.ORPHANS, now=now_ms, limit=_AT_ONCE)
    if not found:
        return Applied((), 0, ())
    kept_since = {key: since for key, _, since in found}
    applied = await apply_receipts(graph, [_read(told) for _, told, _ in found], now_ms)
    left = [each.key for each in applied.orphans]
    old = sorted(key for key in left if now_ms - kept_since[key] >= _LONGEST_MS)
    if old:
        await graph.change(statements.DROP_ORPHANS, keys=old)
    rows = [{"key": key, "lookAt": _next_look(kept_since[key], now_ms)} for key in sorted(set(left) - set(old))]
    if rows:
        await graph.change(statements.POSTPONE_ORPHANS, rows=rows)
    return applied


def _next_look(since_ms: int, now_ms: int) -> int:
    return min(now_ms + max(now_ms - since_ms, _FIRST_LOOK_MS), since_ms + _LONGEST_MS)


def _written(each: Told) -> str:
    receipt = each.receipt
    content = {
        "channel": each.source.channel,
        "account": each.source.account,
        "event_id": receipt.event_id,
        "kind": receipt.kind,
        "happening": receipt.happening,
        "at_ms": receipt.at_ms,
        "provider_id": receipt.provider_id,
        "message_id": receipt.message_id,
        "reason": receipt.reason,
        "is_dead": receipt.is_dead,
        "is_soft": receipt.is_soft,
    }
    return orjson.dumps(content).decode()


def _read(text: str) -> Told:
    row: dict[str, Any] = orjson.loads(text)
    source = ReceiptSource(Channel(row.pop("channel")), row.pop("account"))
    happening = row.pop("happening")
    return Told(source, Receipt(happening=None if happening is None else Happening(happening), **row))
