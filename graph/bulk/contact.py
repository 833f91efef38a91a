from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from graph.bulk.origin import Origin
from graph.bulk.owners import Owner, claim, lock_owners
from graph.bulk.subscription import SyntheticSubscription
from graph.connection import Graph, Transaction
from graph.identifiers import IdentifierValue
from graph.ids import IdPrefix, new_id
from graph.statements import bulk as bulk_statements
from graph.statements import bulk_contacts as statements
from graph.vocabulary import ProfileKind, Sex, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class SyntheticContact:
    """Made-up facts for a profile that is there already; `person` is the identifier it is found by."""

    person: IdentifierValue
    first_name: str
    last_name: str
    sex: Sex | None
    birth_date: str | None
    locale: str
    timezone: str | None
    city: str | None
    since_ms: int
    addresses: tuple[IdentifierValue, ...] = ()
    subscriptions: tuple[SyntheticSubscription, ...] = ()

    @property
    def kind(self) -> ProfileKind:
        if any(each.status is SubscriptionStatus.SUBSCRIBED for each in self.subscriptions):
            return ProfileKind.SUBSCRIBER
        return ProfileKind.LEAD if self.addresses else ProfileKind.ANONYMOUS


@dataclass(frozen=True, slots=True)
class ContactsMade:
    people: int = 0
    subscriptions: int = 0


async def write_contacts(
    graph: Graph, contacts: Sequence[SyntheticContact], resource_id: str, origin: Origin
) -> ContactsMade:
    """Gives facts, addresses and subscriptions to those of the people who have no made-up data yet, in one transaction.

    The mark `synthetic` on a profile is set in the same transaction, so a person is done whole or not at all, and once:
    what was changed since (an unsubscribe, a name) is not brought back. People who are not in the graph are left out.
    """
    keys = [contact.person.key for contact in contacts]
    if not await graph.read(statements.WITHOUT_CONTACTS, keys=keys):
        return ContactsMade()

    async def work(transaction: Transaction) -> ContactsMade:
        return await _write(transaction, contacts, resource_id, origin)

    return await graph.write(work, bulk_statements.BULK_TIMEOUT_MS)


async def _write(
    transaction: Transaction, contacts: Sequence[SyntheticContact], resource_id: str, origin: Origin
) -> ContactsMade:
    await lock_owners(transaction, [contact.person.key for contact in contacts])
    open_ids = dict(
        await transaction.run(statements.WITHOUT_CONTACTS, keys=sorted(contact.person.key for contact in contacts))
    )
    people = {open_ids[contact.person.key]: contact for contact in contacts if contact.person.key in open_ids}
    addresses = [address for contact in people.values() for address in contact.addresses]
    owners = await claim(transaction, addresses, origin.now_ms, synthetic=True)
    rows = [_row(profile_id, people[profile_id]) for profile_id in sorted(people)]
    made: int = await transaction.run(statements.SET_CONTACTS, rows=rows, now=origin.now_ms, source=origin.source)
    await _suppress(transaction, people.values())
    return ContactsMade(made, await _subscribe(transaction, people, owners, resource_id, origin))


def _row(profile_id: str, contact: SyntheticContact) -> dict[str, object]:
    return {
        "id": profile_id,
        "firstName": contact.first_name,
        "lastName": contact.last_name,
        "sex": contact.sex.value if contact.sex else None,
        "birthDate": contact.birth_date,
        "locale": contact.locale,
        "timezone": contact.timezone,
        "city": contact.city,
        "kind": contact.kind.value,
        "sinceMs": contact.since_ms,
        "addresses": [address.key for address in contact.addresses],
    }


async def _suppress(transaction: Transaction, contacts: Collection[SyntheticContact]) -> None:
    """A hard bounce is a fact about the address, not about one subscription."""
    bounced = {
        subscription.address.key: subscription.history[-1].at_ms
        for contact in contacts
        for subscription in contact.subscriptions
        if subscription.status is SubscriptionStatus.HARD_BOUNCED
    }
    rows = [
        {"key": key, "atMs": at_ms, "reason": "hard bounce", "id": new_id(IdPrefix.SUPPRESSION, at_ms)}
        for key, at_ms in sorted(bounced.items())
    ]
    if rows:
        await transaction.run(statements.SUPPRESS, rows=rows)


async def _subscribe(
    transaction: Transaction,
    people: Mapping[str, SyntheticContact],
    owners: Mapping[str, Owner],
    resource_id: str,
    origin: Origin,
) -> int:
    rows = [
        subscription.row(profile_id, resource_id, owners[subscription.address.key].identifier_id)
        for profile_id, contact in people.items()
        for subscription in contact.subscriptions
    ]
    if not rows:
        return 0
    made: int = await transaction.run(
        statements.CREATE_SUBSCRIPTIONS,
        rows=sorted(rows, key=lambda row: str(row["key"])),
        resourceId=resource_id,
        source=origin.source,
    )
    return made
