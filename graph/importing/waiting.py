"""Rows that still wait for their turn, when somebody whom they name is erased."""

from __future__ import annotations

import json
from collections.abc import Collection

from graph.connection import Transaction
from graph.errors import UserError
from graph.importing.row import ImportedProfile
from graph.importing.stored_row import rows_from_text, rows_to_text
from graph.statements import jobs as statements
from graph.vocabulary import UserErrorCode

_ERASED_SINCE = UserError(
    UserErrorCode.CONSENT_REQUIRED,
    "Somebody with a value of this row was erased while it waited: nothing of it was kept.",
    ("identifiers",),
)


async def forget_waiting_rows(transaction: Transaction, keys: Collection[str]) -> None:
    """Empties every waiting row that has one of these identifiers, or a subscription at it.

    Such a row is refused in its turn. The people who have the identifiers must be locked, and the identifiers: whoever
    writes a part of a job locks them before the part.
    """
    if not keys:
        return
    words = sorted({json.dumps(key.split(":", 2)[2], ensure_ascii=False).lower() for key in keys})
    parts = await transaction.run(statements.PARTS_WITH, words=words)
    for job_id, seq, text in parts:
        # A value may stand there in another sense as well. Such a part is not locked: it may be about to go.
        if any(_names(row, keys) for row in rows_from_text(text)):
            await _empty(transaction, job_id, seq, keys)


async def _empty(transaction: Transaction, job_id: str, seq: int, keys: Collection[str]) -> None:
    """Reads the part again under its lock: whoever erased somebody else meanwhile may have rewritten it."""
    text = await transaction.run(statements.LOCK_PART, id=job_id, seq=seq)
    if text is not None:
        kept = [_emptied(row) if _names(row, keys) else row for row in rows_from_text(text)]
        await transaction.run(statements.REWRITE_PART, id=job_id, seq=seq, rows=rows_to_text(kept))


def _names(row: ImportedProfile, keys: Collection[str]) -> bool:
    return any(value.key in keys for value in (*row.identifiers, *row.addresses))


def _emptied(row: ImportedProfile) -> ImportedProfile:
    return ImportedProfile(row.index, (), left_out=(_ERASED_SINCE,))
