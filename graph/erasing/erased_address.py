"""What is kept of an address whose person was erased: enough to know it again, too little to read it.

An old list that still names the address must not bring the person back. Whoever holds a copy of the graph cannot try
addresses against the hashes, because they are keyed with a secret that no graph holds.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection

from graph.connection import Transaction
from graph.consent.evidence import Evidence
from graph.errors import Refusal, UserError
from graph.identifiers import IdentifierValue
from graph.statements import erasing as statements
from graph.vocabulary import UserErrorCode


def address_hash(key: bytes, identifier_key: str) -> str:
    return hmac.digest(key, identifier_key.encode(), hashlib.sha256).hex()


async def erased_since(transaction: Transaction, key: bytes, identifier_keys: Collection[str]) -> dict[str, int]:
    """Of these identifiers those that were erased, with when, in epoch ms."""
    hashes = {address_hash(key, each): each for each in identifier_keys}
    if not hashes:
        return {}
    found = await transaction.run(statements.IS_REMEMBERED, hashes=sorted(hashes))
    return {hashes[each]: erased_at for each, erased_at in found}


async def refuse_erased(
    transaction: Transaction, key: bytes, address: IdentifierValue, opt_in: Evidence | None, *path: str
) -> None:
    """`path` leads to the address, or to the evidence where nothing is said.

    Raises Refusal CONSENT_REQUIRED for an address that was erased, unless this evidence is newer than that.
    """
    erased_at_ms = (await erased_since(transaction, key, [address.key])).get(address.key)
    if erased_at_ms is None or (opt_in is not None and opt_in.at_ms > erased_at_ms):
        return
    message = "Whoever had this address asked to be forgotten: it takes newer evidence of consent to write to it again."
    raise Refusal(UserError(UserErrorCode.CONSENT_REQUIRED, message, path or ("optIn",)))
