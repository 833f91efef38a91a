from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from graph.connection import Transaction
from graph.erasing.forgotten import forgotten
from graph.errors import Raced
from graph.history.events import NewEvent, event_row
from graph.history.sighting import Sightings
from graph.ids import IdPrefix, new_id
from graph.inbound.place import Origin, Place, place_of
from graph.inbound.writer import Writer, writer_at
from graph.people.change import ProfileChange
from graph.people.resolution import Resolution
from graph.people.resolve import resolve
from graph.people.touch import touch
from graph.statements import history as statements
from graph.vocabulary import ChangeKind


@dataclass(slots=True)
class Arrival:
    """Something that was said from an address, while all people there and the address itself are locked.

    `is_known` where it was taken before; `is_nobodys` where the value stands for nobody, or it was said before its
    person was erased: then no event can be written.
    """

    transaction: Transaction
    origin: Origin
    at_ms: int
    now_ms: int
    place: Place
    resolution: Resolution
    is_known: bool
    is_nobodys: bool
    writer: Writer = field(init=False)
    _told: str | None = None
    _is_new: bool = False

    def __post_init__(self) -> None:
        self.writer = writer_at(self.place)

    async def write_event(
        self, type_: str, properties: Mapping[str, str | bool], *, make_person: bool = True
    ) -> str | None:
        """The event of whoever said it, who is made where nobody has the address.

        Returns its id, None where there is none: it `is_nobodys`, or it is to make nobody.
        """
        is_written = not self.is_nobodys and (make_person or self.writer.profile_id is not None)
        profile_id = self._person() if is_written else None
        await self.resolution.write(self.transaction)
        if profile_id is None:
            return None
        answered = self.place.answered
        event = NewEvent(
            index=0,
            source=self.origin.source_name,
            external_id=self.origin.event_id,
            identifiers=(self.origin.address,),
            type=type_,
            occurred_at_ms=self.at_ms,
            properties=properties,
            message_id=None if answered is None else answered.id,
            is_test=answered is not None and answered.is_test,
        )
        event_id = new_id(IdPrefix.EVENT)
        rows = [event_row(event, event_id, profile_id, {})]
        await self.transaction.run(statements.CREATE_EVENTS, events=rows, now=self.now_ms)
        sightings = Sightings()
        sightings.add(profile_id, self.at_ms)
        await sightings.write(self.transaction)
        self._told = profile_id
        return event_id

    async def touched(self, subscribers: Collection[str]) -> tuple[ProfileChange, ...]:
        """Raises the revisions of whoever said it, and of those whose subscriptions changed."""
        others = set(subscribers) - {self._told}
        changes = await touch(self.transaction, others, self.now_ms, ChangeKind.SUBSCRIPTION)
        if self._told is None:
            return changes
        kinds = [ChangeKind.EVENT]
        kinds += [ChangeKind.SUBSCRIPTION] if self._told in subscribers else []
        kinds += [ChangeKind.PROFILE, ChangeKind.IDENTIFIER] if self._is_new else []
        return (*changes, *await touch(self.transaction, [self._told], self.now_ms, *kinds))

    def _person(self) -> str:
        if self.writer.profile_id is not None:
            return self.writer.profile_id
        self._is_new = True
        return self.resolution.place(None, (self.origin.address,), self.origin.source_name, is_test=False).profile_id


async def arrive(transaction: Transaction, origin: Origin, now_ms: int, erased_key: bytes | None) -> Arrival:
    """Locks everybody at the address, then the address, and looks again. Raises Raced where somebody else came there.

    What is told from ahead of now is of now: a provider's clock is not ours.
    """
    before = await place_of(transaction, origin)
    resolution = await resolve(transaction, origin.addresses, now_ms, before.people)
    place = await place_of(transaction, origin)
    if not place.people <= before.people:
        raise Raced("somebody got the address while it was being locked")
    at_ms = min(origin.at_ms, now_ms)
    known = await transaction.run(statements.KNOWN_EVENTS, keys=[origin.event_key])
    gone = await forgotten(transaction, erased_key, origin.addresses)
    is_forgotten = any(gone.covers(each, at_ms) for each in origin.addresses)
    is_nobodys = is_forgotten or not resolution.blocked.isdisjoint(origin.keys)
    return Arrival(
        transaction,
        origin,
        at_ms,
        now_ms,
        place,
        resolution,
        is_known=bool(known),
        is_nobodys=is_nobodys,
    )
