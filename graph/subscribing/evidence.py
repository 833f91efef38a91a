from __future__ import annotations

from graph.connection import Transaction
from graph.consent.evidence import Evidence
from graph.statements import subscriptions as statements


async def keep_evidence(transaction: Transaction, subscription_id: str, evidence: Evidence) -> None:
    """Shows this as the subscription's opt-in; what was shown before stays in the ledger."""
    await transaction.run(
        statements.SET_EVIDENCE,
        id=subscription_id,
        at=evidence.at_ms,
        ip=evidence.ip,
        url=evidence.url,
        source=evidence.source or "api",
        wording=evidence.wording,
    )
