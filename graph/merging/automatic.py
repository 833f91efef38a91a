from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Transaction
from graph.errors import Raced, Refusal
from graph.identifiers import IdentifierValue
from graph.merging.merge import Decision, Merged, MergeRule, merge_in
from graph.merging.settings import MergeSettings
from graph.statements import merge_sides
from graph.statements.people import LOCK_PROFILES
from graph.vocabulary import IdentifierType


@dataclass(frozen=True, slots=True)
class SharedValue:
    """A value, and who has it: `verified` are those of `owners` who have shown that it is theirs."""

    identifier_id: str
    type: IdentifierType
    owners: frozenset[str]
    verified: frozenset[str]

    def merges(self, settings: MergeSettings) -> bool:
        """Whether all who have it are one person, with nobody asked: claiming somebody's address takes no one over."""
        return self.type in settings.types and len(self.owners) > 1 and self.owners == self.verified


async def merge_owners_in(
    transaction: Transaction,
    value: IdentifierValue,
    actor: str,
    settings: MergeSettings,
    now_ms: int,
    *,
    is_wanted: bool,
) -> tuple[Merged, ...]:
    """Makes one person of all who have this value, where it is of a type that says so and all of them verified it.

    The oldest remains. Call it with all owners locked, or before anything is. Nothing happens where the value does not
    merge by itself. Where somebody wanted it, Refusal is raised as `merge_profiles` does, also for two different values
    that belong to one person; otherwise whoever may not be merged stays apart. Raises Raced where it changed hands
    meanwhile.
    """
    shared = await _shared(transaction, value)
    if shared is None or not shared.merges(settings.under(transaction.rules)):
        return ()
    await transaction.run(LOCK_PROFILES, ids=sorted(shared.owners))
    if await _shared(transaction, value) != shared:
        raise Raced("the value changed hands while its owners were being locked")
    # Ids sort by the time they were made.
    oldest, *others = sorted(shared.owners)
    decision = Decision(MergeRule.SHARED_IDENTIFIER, actor, shared.identifier_id)
    merged: list[Merged] = []
    for each in others:
        try:
            merged.append(await merge_in(transaction, each, oldest, decision, settings, now_ms))
        except Refusal:
            # A merge that is refused has written nothing.
            if is_wanted:
                raise
    return tuple(merged)


async def _shared(transaction: Transaction, value: IdentifierValue) -> SharedValue | None:
    """None where nobody has it."""
    row = await transaction.run(merge_sides.OWNERS_OF_VALUE, key=value.key)
    if row is None:
        return None
    return SharedValue(
        row[0],
        IdentifierType(row[1]),
        frozenset(owner for owner, _ in row[2]),
        frozenset(owner for owner, is_verified in row[2] if is_verified),
    )
