"""Rows of the statements that merge and split write with."""

from __future__ import annotations

from collections.abc import Sequence

from graph.connection import Transaction
from graph.merging.changes import OptOutChange
from graph.merging.consent import Consent
from graph.merging.sides import Membership, Stored
from graph.statement import Statement


async def run_rows(
    transaction: Transaction, statement: Statement, name: str, rows: Sequence[object], **parameters: object
) -> None:
    """Runs the statement over the rows, which it takes under this name, where there are any."""
    if rows:
        await transaction.run(statement, **{name: list(rows)}, **parameters)


def property_row(name: str, stored: Stored | None) -> dict[str, object]:
    """Where nothing is stored, the property goes."""
    return {
        "name": name,
        "kind": None if stored is None else stored.kind,
        "value": None if stored is None else stored.value,
    }


def edge_row(identifier_id: str, name: str, stored: Stored | None) -> dict[str, object]:
    return {"id": identifier_id, **property_row(name, stored)}


def opt_out_row(change: OptOutChange) -> dict[str, object]:
    return {"id": change.id, "since": change.after.since_ms, "lifted": list(change.after.lifted) or None}


def consent_row(subscription_id: str, consent: Consent) -> dict[str, object]:
    return {
        "id": subscription_id,
        "status": consent.status,
        "suspendedUntil": consent.suspended_until,
        "expiresAt": consent.expires_at,
    }


def membership_row(subscription_id: str, category_id: str, membership: Membership | None) -> dict[str, object]:
    """Where there is no membership, the edge goes."""
    return {
        "id": subscription_id,
        "categoryId": category_id,
        "kind": None if membership is None else membership.kind,
        "at": None if membership is None else membership.at_ms,
    }
