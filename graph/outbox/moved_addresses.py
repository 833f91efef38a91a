from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from graph.connection import Transaction
from graph.identifiers import masked
from graph.statements import dead_addresses as statements
from graph.vocabulary import IdentifierType


@dataclass(frozen=True, slots=True)
class MovedAddress:
    """The message that was taken for another address than it was sent to, as when a group of Telegram is renewed."""

    message_id: str
    value: str = field(repr=False)


async def move(transaction: Transaction, moved: Sequence[MovedAddress]) -> None:
    """Gives the address its new value, with all that hangs on it; where somebody has that one already, both stay.

    The caller holds the locks of `change_messages` for them. Twice is as good as once.
    """
    rows = [
        {"id": each.message_id, "value": each.value, "masked": masked(IdentifierType.TELEGRAM, each.value)}
        for each in moved
    ]
    await transaction.run(statements.MOVE, moved=rows)
