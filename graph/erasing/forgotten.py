from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph.connection import Transaction
from graph.erasing.erased_address import erased_since
from graph.errors import Refusal, UserError
from graph.identifiers import IdentifierValue
from graph.identifying.rules import IdentifierRules
from graph.vocabulary import UserErrorCode

_MESSAGE: Final = "Whoever had this value was erased after that: what happened before is forgotten with them."


@dataclass(frozen=True, slots=True)
class Forgotten:
    """When the people of some values were erased: by the values' keys, in epoch ms."""

    erased_at_ms: Mapping[str, int]

    def covers(self, value: IdentifierValue, happened_at_ms: int) -> bool:
        """Whether what this value brings happened before its person was erased."""
        return happened_at_ms <= self.erased_at_ms.get(value.key, happened_at_ms - 1)

    def left_of(
        self, values: Sequence[IdentifierValue], happened_at_ms: int, rules: IdentifierRules
    ) -> tuple[tuple[IdentifierValue, ...], tuple[UserError, ...]]:
        """Those of a row's values that bring what happened then, and an error STATE_NOT_ALLOWED for each other one.

        Raises Refusal with these errors where no value is left that belongs to one person alone: whoever shares one of
        the others would get a piece of somebody else's life.
        """
        if not self.erased_at_ms:
            return tuple(values), ()
        left = tuple(each for each in values if not self.covers(each, happened_at_ms))
        errors = tuple(
            UserError(UserErrorCode.STATE_NOT_ALLOWED, _MESSAGE, ("identifiers", str(position)))
            for position, each in enumerate(values)
            if self.covers(each, happened_at_ms)
        )
        if errors and not any(rules.is_one_person(each.type) for each in left):
            raise Refusal(*errors)
        return left, errors


async def forgotten(transaction: Transaction, key: bytes | None, values: Iterable[IdentifierValue]) -> Forgotten:
    """Of these values, which nobody can take from now on: their locks are held. Without a `key` nobody is asked for.

    A shop that sends an old order again must not bring the person back whom it was about.
    """
    keys = {each.key for each in values}
    return Forgotten({} if key is None else await erased_since(transaction, key, keys))
