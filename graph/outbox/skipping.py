from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from graph.connection import Graph, Transaction
from graph.message_states import Happening, next_state
from graph.outbox.claiming import CLAIMED
from graph.outbox.revising import Revision, change_messages
from graph.reach import Verdict
from graph.statements import outbox as statements
from graph.vocabulary import Gate

_SKIPPED: Final = next_state(CLAIMED, Happening.REFUSED_BY_GATE)
_EXPIRED: Final = next_state(CLAIMED, Happening.EXPIRED)


async def skip(graph: Graph, token: str, refusals: Mapping[str, Verdict], now_ms: int) -> tuple[Revision, ...]:
    """Ends claimed messages, by id, with the gate that refused them; those that `token` no longer holds stay."""
    rows = [
        {
            "id": message_id,
            "state": _EXPIRED if verdict.refused_by is Gate.EXPIRY else _SKIPPED,
            "gate": verdict.refused_by,
            "reason": verdict.reason,
        }
        for message_id, verdict in sorted(refusals.items())
    ]

    async def change(transaction: Transaction) -> Sequence[str]:
        changed: Sequence[str] = await transaction.run(statements.SKIP, refusals=rows, token=token, claimed=CLAIMED)
        return changed

    return await change_messages(graph, sorted(refusals), (), now_ms, change)
