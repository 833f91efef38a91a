from __future__ import annotations

from collections.abc import Collection

from graph.connection import Transaction
from graph.identifiers import CONTACT_TYPES
from graph.people.change import ProfileChange
from graph.statements import people as statements
from graph.vocabulary import ChangeKind


async def touch(
    transaction: Transaction, profile_ids: Collection[str], now_ms: int, *kinds: ChangeKind
) -> tuple[ProfileChange, ...]:
    """Raises the revision of each once, and renews what is derived from its identifiers and subscriptions."""
    if not profile_ids:
        return ()
    contact_types = sorted(CONTACT_TYPES)
    rows = await transaction.run(
        statements.TOUCH_PROFILES, ids=sorted(profile_ids), contactTypes=contact_types, now=now_ms
    )
    return tuple(ProfileChange(profile_id, revision, frozenset(kinds)) for profile_id, revision in rows)
