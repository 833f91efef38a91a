from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Transaction
from graph.statements import subscription_changes as statements
from graph.subscribing.places import Places, changes, lowest_free, with_at, without

# No id of a subscription is spelled so.
_NEWCOMER = ""


@dataclass(frozen=True, slots=True)
class Row:
    """The addresses that are put in one order: those of a person on one channel of one resource."""

    profile_id: str
    resource_id: str
    channel: str

    def key(self, identifier_id: str) -> str:
        """What makes a subscription the only one at its address."""
        return f"{self.profile_id}:{self.resource_id}:{self.channel}:{identifier_id}"


async def places(transaction: Transaction, row: Row) -> dict[str, int]:
    """By subscription id. The caller holds the person's lock, without which nobody changes them."""
    found = await transaction.run(
        statements.PLACES, profileId=row.profile_id, resourceId=row.resource_id, channel=row.channel
    )
    return {str(id_): int(at) for id_, at in found}


async def place(transaction: Transaction, row: Row, subscription_id: str, at: int) -> bool:
    """Puts one of them at this place, or the lowest that there is; False where it stood there."""
    before = await places(transaction, row)
    return await _write(transaction, before, with_at(before, subscription_id, at))


async def make_room(transaction: Transaction, row: Row, at: int | None, *, on_top: bool) -> int:
    """Moves others down for one that is about to come into the list, and returns its place.

    It comes to a given place, or on top, or below all others.
    """
    before = await places(transaction, row)
    wanted = at if at is not None else 0 if on_top else lowest_free(before)
    after = with_at(before, _NEWCOMER, wanted)
    found = after.pop(_NEWCOMER)
    await _write(transaction, before, after)
    return found


async def close_gap(transaction: Transaction, row: Row, subscription_id: str) -> None:
    """Moves up whoever stands below one that is about to leave the list."""
    before = await places(transaction, row)
    await _write(transaction, before, without(before, subscription_id))


async def _write(transaction: Transaction, before: Places, after: Places) -> bool:
    changed = changes(before, after)
    if changed:
        rows = [{"id": each, "priority": at} for each, at in changed.items()]
        await transaction.run(statements.SET_PLACES, places=rows)
    return bool(changed)
