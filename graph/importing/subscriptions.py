from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from graph.connection import Transaction
from graph.consent.cause import Cause
from graph.consent.ledger import LedgerEntry, Subject, record_rows
from graph.importing.contested import Settled, settle
from graph.importing.row import ImportTerms
from graph.importing.standing import Lane, PersonStanding
from graph.importing.wanted import Wanted
from graph.people.reference import Person
from graph.people.resolution import Resolution
from graph.statements import importing as statements
from graph.statements import subscription_changes
from graph.subscribing.placing import Row


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
        return self.standings.setdefault(profile_id, PersonStanding())

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
        records = record_rows([self._entry(each) for each in self._new], now_ms)
        rows = [self._row(each) | {"record": record} for each, record in zip(self._new, records, strict=True)]
        await self.transaction.run(statements.CREATE_SUBSCRIPTIONS, rows=rows, now=now_ms)
        await self._make_room()
        self._new = []

    async def settled(self, wanted: Wanted, profile_id: str) -> Settled:
        """Raises Refusal as `settle` does."""
        person = Person(profile_id, is_new=False, resolution=self.resolution)
        return await settle(self.transaction, wanted, person, self.holders, self.terms)

    async def _make_room(self) -> None:
        new = {each.id for each in self._new}
        people = {each.profile_id for each in self._new}
        moved = {id_: at for person in people for id_, at in self.of(person).moved.items() if id_ not in new}
        if moved:
            places = [{"id": id_, "priority": at} for id_, at in sorted(moved.items())]
            await self.transaction.run(subscription_changes.SET_PLACES, places=places)

    def _row(self, new: _New) -> dict[str, object]:
        given, opt_in = new.wanted.given, new.wanted.wish.opt_in
        identifier_id = self.resolution.identifier_ids[given.address.key]
        row = Row(new.profile_id, new.wanted.resource.id, given.channel)
        return {
            "id": new.id,
            "key": row.key(identifier_id),
            "profileId": new.profile_id,
            "identifierId": identifier_id,
            "resourceId": row.resource_id,
            "channel": given.channel,
            "status": new.wanted.wish.to_status,
            "priority": self.of(new.profile_id).places[row.resource_id, given.channel][new.id],
            "consentExpiresAt": given.consent_expires_at_ms,
            "optInAt": None if opt_in is None else opt_in.at_ms,
            "optInIp": None if opt_in is None else opt_in.ip,
            "optInUrl": None if opt_in is None else opt_in.url,
            "optInSource": None if opt_in is None else opt_in.source,
            "optInWording": None if opt_in is None else opt_in.wording,
        }

    def _entry(self, new: _New) -> LedgerEntry:
        wish = new.wanted.wish
        return LedgerEntry(
            Subject.subscription(new.id),
            new.profile_id,
            None,
            wish.to_status,
            Cause.IMPORT,
            self.terms.actor,
            self.terms.source,
            evidence=wish.opt_in,
        )
