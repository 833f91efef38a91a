"""Who of those who share an address wrote from it. No I/O: the rule alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from graph.inbound.place import Place, Seat


@dataclass(frozen=True, slots=True)
class Writer:
    """`is_of_several` where others have the address too and no answered message says who it was."""

    profile_id: str | None
    subscription_id: str | None = None
    is_of_several: bool = False


def writer_at(place: Place) -> Writer:
    """Of those who have the address the one to whom the answered message went.

    Where there is none, the one to whose subscription there something was sent last; of several the one with the best
    priority; of several still, and where nobody is subscribed, whoever has had the address longest. None where nobody
    has it: a subscription that was left behind when its person gave the address up does not count.
    """
    answered = place.answered
    known = None if answered is None else answered.profile_id
    if answered is not None and known is not None and known in place.holders:
        own = [seat.id for seat in _listed(place, {known}) if seat.id == answered.subscription_id]
        return Writer(known, own[0] if own else _best_of(place, known))
    if not place.holders:
        return Writer(None)
    candidates = {seat.owner_id for seat in _foremost(_listed(place, place.holders))} or set(place.holders)
    chosen = min(candidates, key=lambda each: (place.holders[each], each))
    return Writer(chosen, _best_of(place, chosen), len(place.holders) > 1)


def _listed(place: Place, owners: Collection[str]) -> list[Seat]:
    return [seat for seat in place.seats if seat.is_listed and seat.owner_id in owners]


def _best_of(place: Place, profile_id: str) -> str | None:
    own = _listed(place, {profile_id})
    return min(own, key=lambda seat: (*_rank(seat), seat.id)).id if own else None


def _foremost(seats: Collection[Seat]) -> list[Seat]:
    first = min(map(_rank, seats), default=None)
    return [seat for seat in seats if _rank(seat) == first]


def _rank(seat: Seat) -> tuple[int, int]:
    return -(seat.last_sent_ms or 0), seat.priority
