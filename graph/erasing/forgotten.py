from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from graph.connection import Transaction
from graph.erasing.erased_address import erased_since
from graph.errors import Refusal, UserError
from graph.identifiers import IdentifierValue
from graph.vocabulary import UserErrorCode

_MESSAGE: Final = "Whoever had this value was erased after that: what happened before is forgotten with them."


@dataclass(frozen=True, slots=True)
class Forgotten:
    """When the people of some values were erased: by the values' keys, in epoch ms."""

    erased_at_ms: Mapping[str, int]

    def covers(self, value: IdentifierValue, happened_at_ms: int) -> bool:
        """Whether what this value brings happened before its person was erased."""
        return happened_at_ms <= self.erased_at_ms.get(value.key, happened_at_ms - 1)

    def refuse(self, values: Iterable[IdentifierValue], happened_at_ms: int) -> None:
        """Raises Refusal STATE_NOT_ALLOWED, at the values in question, where it is about somebody who was erased since.

        That there are other values does not help: they would make it the life of whoever shares those.
        """
        gone = [n for n, each in enumerate(values) if self.covers(each, happened_at_ms)]
        if gone:
            path = "identifiers"
            raise Refusal(*(UserError(UserErrorCode.STATE_NOT_ALLOWED, _MESSAGE, (path, str(n))) for n in gone))


async def forgotten(transaction: Transaction, key: bytes | None, values: Iterable[IdentifierValue]) -> Forgotten:
    """Of these values, which nobody can take from now on: their locks are held. Without a `key` nobody is asked for.

    A shop that sends an old order again must not bring the person back whom it was about.
    """
    keys = {each.key for each in values}
    return Forgotten({} if key is None else await erased_since(transaction, key, keys))
