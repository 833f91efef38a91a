"""Rows that still wait for their turn, when somebody whom they name is erased."""

from __future__ import annotations

import json
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class ErasedKeys:
    """The keys of somebody's identifiers: those that were theirs alone, and those that others have as well."""

    own: frozenset[str]
    shared: frozenset[str]

    def may_be_meant_by(self, row: ImportedProfile) -> bool:
        """Of a row that has nothing but shared identifiers nobody can tell whom of them it is about."""
        brought = {each.key for each in row.identifiers}
        if not self.own.isdisjoint(brought.union(each.key for each in row.addresses)):
            return True
        return bool(brought) and brought <= self.shared


async def forget_waiting_rows(transaction: Transaction, erased: ErasedKeys) -> None:
    """Empties every waiting row that may be about the person. Such a row is refused in its turn.

    The identifiers must be locked: whoever writes a part of a job locks them before the part.
    """
    keys = erased.own | erased.shared
    if not keys:
        return
    words = sorted({json.dumps(key.split(":", 2)[2], ensure_ascii=False).lower() for key in keys})
    parts = await transaction.run(statements.PARTS_WITH, words=words)
    for job_id, seq, text in parts:
        # A value may stand there in another sense as well. Such a part is not locked: it may be about to go.
        if any(erased.may_be_meant_by(row) for row in rows_from_text(text)):
            await _empty(transaction, job_id, seq, erased)


async def _empty(transaction: Transaction, job_id: str, seq: int, erased: ErasedKeys) -> None:
    """Reads the part again under its lock: whoever erased somebody else meanwhile may have rewritten it."""
    text = await transaction.run(statements.LOCK_PART, id=job_id, seq=seq)
    if text is not None:
        kept = [_emptied(row) if erased.may_be_meant_by(row) else row for row in rows_from_text(text)]
        await transaction.run(statements.REWRITE_PART, id=job_id, seq=seq, rows=rows_to_text(kept))


def _emptied(row: ImportedProfile) -> ImportedProfile:
    return ImportedProfile(row.index, (), left_out=(_ERASED_SINCE,))
