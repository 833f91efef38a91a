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


async def forget_waiting_rows(transaction: Transaction, keys: Collection[str]) -> int:
    """Empties every waiting row that has one of these identifiers, or a subscription at it, and returns how many.

    Such a row is refused in its turn. The people who have the identifiers must be locked, and the identifiers: whoever
    writes a part of a job locks them before the part.
    """
    if not keys:
        return 0
    # Only parts in which such a value stands somewhere are read and compared exactly.
    words = sorted({json.dumps(key.split(":", 2)[2], ensure_ascii=False).lower() for key in keys})
    parts = await transaction.run(statements.LOCK_PARTS_WITH, words=words)
    count = 0
    for job_id, seq, text in parts:
        rows = rows_from_text(text)
        kept = [_emptied(row) if _names(row, keys) else row for row in rows]
        emptied = sum(before is not after for before, after in zip(rows, kept, strict=True))
        if emptied:
            await transaction.run(statements.REWRITE_PART, id=job_id, seq=seq, rows=rows_to_text(kept))
        count += emptied
    return count


def _names(row: ImportedProfile, keys: Collection[str]) -> bool:
    return any(value.key in keys for value in (*row.identifiers, *row.addresses))


def _emptied(row: ImportedProfile) -> ImportedProfile:
    return ImportedProfile(row.index, (), left_out=(_ERASED_SINCE,))
