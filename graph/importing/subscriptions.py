from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from graph.connection import Transaction
from graph.consent.cause import Cause
from graph.consent.evidence import evidence_row
from graph.ids import IdPrefix, new_id
from graph.importing.contested import Settled, settle
from graph.importing.row import ImportTerms
from graph.importing.standing import Lane, PersonStanding
from graph.importing.wanted import Wanted
from graph.people.reference import Person
from graph.people.resolution import Resolution
from graph.statements import importing as statements
from graph.statements import subscription_changes
from graph.subscribing.placing import Row
from graph.vocabulary import ConsentScope


@dataclass(frozen=True, slots=True)
class _New:
    id: str
    profile_id: str
    wanted: Wanted


@dataclass(slots=True)
class ImportedSubscriptions:
    """Those of some rows, inside one transaction. `standings` are of the people who were there before.

    What is new for certain is written with all others; the rest is settled one by one, by the caller.
    """

    transaction: Transaction
    resolution: Resolution
    standings: dict[str, PersonStanding]
    terms: ImportTerms
    holders: Collection[str]
    _new: list[_New] = field(default_factory=list)

    def of(self, profile_id: str) -> PersonStanding:
        found = self.standings.get(profile_id)
        if found is None:
            found = self.standings[profile_id] = PersonStanding()
        return found

    def take(self, wanted: Wanted, profile_id: str) -> Lane:
        person = self.of(profile_id)
        lane = person.lane(wanted)
        if lane is Lane.NEW:
            self._new.append(_New(person.add(wanted), profile_id, wanted))
        return lane

    async def write(self) -> None:
        """Writes what is new; people, addresses and links must be there."""
        if not self._new:
            return
        now_ms = self.resolution.now_ms
        await self.transaction.run(
            statements.CREATE_SUBSCRIPTIONS,
            resources=self._by_resource(now_ms),
            scope=ConsentScope.SUBSCRIPTION,
            cause=Cause.IMPORT,
            source=self.terms.source,
            actor=self.terms.actor,
            now=now_ms,
        )
        await self._make_room()
        self._new = []

    async def settled(self, wanted: Wanted, profile_id: str) -> Settled:
        person = Person(profile_id, is_new=False, resolution=self.resolution)
        return await settle(self.transaction, wanted, person, self.holders, self.terms)

    async def _make_room(self) -> None:
        new = {each.id for each in self._new}
        people = {each.profile_id for each in self._new}
        moved = {id_: at for person in people for id_, at in self.of(person).moved.items() if id_ not in new}
        if moved:
            places = [{"id": id_, "priority": at} for id_, at in sorted(moved.items())]
            await self.transaction.run(subscription_changes.SET_PLACES, places=places)

    def _by_resource(self, now_ms: int) -> list[dict[str, object]]:
        # Sorted, so that the records of one instant stand in the order of the rows wherever they are listed by id.
        record_ids = sorted(new_id(IdPrefix.CONSENT_RECORD, now_ms) for _ in self._new)
        resources: defaultdict[str, defaultdict[str, list[dict[str, object]]]] = defaultdict(lambda: defaultdict(list))
        for new, record_id in zip(self._new, record_ids, strict=True):
            resources[new.wanted.resource.id][new.profile_id].append(self._row(new, record_id))
        return [
            {"id": id_, "people": [{"id": person, "subscriptions": rows} for person, rows in people.items()]}
            for id_, people in resources.items()
        ]

    def _row(self, new: _New, record_id: str) -> dict[str, object]:
        given, opt_in = new.wanted.given, new.wanted.wish.opt_in
        identifier_id = self.resolution.identifier_ids[given.address.key]
        place = Row(new.profile_id, new.wanted.resource.id, given.channel)
        row: dict[str, object] = {
            "id": new.id,
            "key": place.key(identifier_id),
            "identifierId": identifier_id,
            "channel": given.channel,
            "status": new.wanted.wish.to_status,
            "priority": self.of(new.profile_id).places[place.resource_id, given.channel][new.id],
            "consentExpiresAt": given.consent_expires_at_ms,
            "recordId": record_id,
        }
        if opt_in is not None:
            row |= evidence_row(opt_in)
        return row
