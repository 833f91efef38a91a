from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph.connection import Transaction
from graph.identifiers import IdentifierValue
from graph.ids import IdPrefix, new_id
from graph.statements import bulk as statements


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom an identifier points to: nobody yet, one person, or several."""

    identifier_id: str
    profile_ids: tuple[str, ...]

    @property
    def is_ambiguous(self) -> bool:
        return len(self.profile_ids) > 1


async def lock_owners(transaction: Transaction, keys: Iterable[str]) -> None:
    """Locks the profiles that the identifiers point to, in id order.

    Profiles come before identifiers in the one lock order of every transaction. A profile that another transaction
    links between this and `claim` is not locked here; should the two then wait for each other, Neo4j ends one of them
    with an error that the driver retries.
    """
    await transaction.run(statements.LOCK_OWNERS, keys=sorted(keys))


async def claim(
    transaction: Transaction, identifiers: Iterable[IdentifierValue], now_ms: int, *, synthetic: bool = False
) -> dict[str, Owner]:
    """Makes the identifiers that are missing, locks all of them in key order, and answers whom each points to."""
    by_key = {identifier.key: identifier for identifier in identifiers}
    rows = [_row(by_key[key], synthetic=synthetic) for key in sorted(by_key)]
    if not rows:
        return {}
    claimed = await transaction.run(statements.CLAIM_IDENTIFIERS, rows=rows, now=now_ms)
    return {key: Owner(identifier_id, tuple(sorted(owners))) for key, identifier_id, owners in claimed}


def _row(identifier: IdentifierValue, *, synthetic: bool) -> Mapping[str, object]:
    return {
        "key": identifier.key,
        "id": new_id(IdPrefix.IDENTIFIER),
        "type": identifier.type.value,
        "namespace": identifier.namespace,
        "value": identifier.value,
        "masked": identifier.masked,
        "reversed": identifier.reversed,
        "domain": identifier.domain,
        # A property that is null is not stored: only what was made up carries the mark.
        "synthetic": True if synthetic else None,
    }
