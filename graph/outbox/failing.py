from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from graph.connection import Graph, Transaction
from graph.message_states import Happening, next_state
from graph.outbox.claiming import CLAIMED
from graph.outbox.revising import Revision, change_messages
from graph.statements import outbox as statements

_FAILED: Final = next_state(CLAIMED, Happening.REFUSED)


async def fail(graph: Graph, token: str, reasons: Mapping[str, str], now_ms: int) -> tuple[Revision, ...]:
    """Ends claimed messages, by id, that nobody could hand over; those that `token` no longer holds stay."""
    rows = [
        {"id": message_id, "state": _FAILED, "gate": None, "reason": reason}
        for message_id, reason in sorted(reasons.items())
    ]

    async def change(transaction: Transaction) -> Sequence[str]:
        changed: Sequence[str] = await transaction.run(statements.SKIP, refusals=rows, token=token, claimed=CLAIMED)
        return changed

    return await change_messages(graph, sorted(reasons), (), now_ms, change)
