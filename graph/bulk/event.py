from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graph.bulk.origin import Origin
from graph.bulk.owners import claim, lock_owners
from graph.bulk.sighting import sightings
from graph.connection import Graph, Transaction
from graph.identifiers import IdentifierValue
from graph.ids import IdPrefix, new_id
from graph.statements import bulk as bulk_statements
from graph.statements import bulk_contacts as statements
from graph.statements import people as people_statements


@dataclass(frozen=True, slots=True)
class SyntheticEvent:
    """Something a person who is in the graph could have done. `products` are source keys."""

    external_id: str
    person: IdentifierValue
    type: str
    occurred_ms: int
    received_ms: int
    value_micros: int | None = None
    products: tuple[str, ...] = ()
    properties: Mapping[str, object] = field(default_factory=dict)

    def row(self, origin: Origin, profile_id: str) -> dict[str, object]:
        return {
            "key": origin.key(self.external_id),
            "id": new_id(IdPrefix.EVENT),
            "externalId": self.external_id,
            "profileId": profile_id,
            "type": self.type,
            "occurredMs": self.occurred_ms,
            "receivedMs": self.received_ms,
            "valueMicros": self.value_micros,
            "products": list(self.products),
            "properties": json.dumps(self.properties, ensure_ascii=False, sort_keys=True),
        }


async def write_events(graph: Graph, events: Sequence[SyntheticEvent], origin: Origin) -> int:
    """Writes those that are not there yet in one transaction and answers how many; people get a newer revision.

    Of people who are not in the graph, and of an identifier that points to several, the events are left out.
    """
    known = set(await graph.read(statements.KNOWN_EVENTS, keys=[origin.key(event.external_id) for event in events]))
    fresh = [event for event in events if origin.key(event.external_id) not in known]
    if not fresh:
        return 0

    async def work(transaction: Transaction) -> int:
        return await _write(transaction, fresh, origin)

    return await graph.write(work, bulk_statements.BULK_TIMEOUT_MS)


async def _write(transaction: Transaction, fresh: Sequence[SyntheticEvent], origin: Origin) -> int:
    people = {event.person.key: event.person for event in fresh}
    await lock_owners(transaction, people)
    owners = await claim(transaction, people.values(), origin.now_ms)
    profile_ids = {key: owner.profile_ids[0] for key, owner in owners.items() if len(owner.profile_ids) == 1}
    if unowned := sorted(key for key, owner in owners.items() if not owner.profile_ids):
        await transaction.run(people_statements.FORGET_UNUSED_IDENTIFIERS, keys=unowned)
    rows = {
        origin.key(event.external_id): (event, profile_ids[event.person.key])
        for event in fresh
        if event.person.key in profile_ids
    }
    made = await transaction.run(
        statements.CREATE_EVENTS,
        rows=[event.row(origin, profile_id) for _, (event, profile_id) in sorted(rows.items(), key=lambda row: row[0])],
        source=origin.source,
    )
    seen = sightings((rows[key][1], rows[key][0].occurred_ms, None) for key in made)
    await transaction.run(
        bulk_statements.SEE_PROFILES,
        rows=[
            {"id": who, "firstSeenMs": at.first_ms, "lastSeenMs": at.last_ms, "country": None, "isNewest": False}
            for who, at in sorted(seen.items())
        ],
        now=origin.now_ms,
    )
    return len(made)
