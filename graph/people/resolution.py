from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from graph.connection import Transaction
from graph.errors import GraphUnavailable
from graph.identifiers import CONTACT_TYPES, ONE_PERSON_TYPES, IdentifierValue
from graph.ids import IdPrefix, new_id
from graph.people.change import ProfileChange
from graph.people.matching import Match, Owner, match
from graph.statements import people as statements
from graph.vocabulary import ChangeKind, IdentifierType

# Somebody else may link an identifier between our look and our lock; who loses that race this often starts over.
_ROUNDS = 3


@dataclass(slots=True)
class Resolution:
    """Who the identifiers of some rows mean, inside one transaction that holds their locks.

    It is filled row by row, because a row may bring the person whom the next one means, and written once.
    """

    now_ms: int
    owners: dict[str, set[Owner]]
    identifier_ids: dict[str, str]
    _created: list[dict[str, object]] = field(default_factory=list)
    _links: list[dict[str, object]] = field(default_factory=list)

    def match(
        self, identifiers: Sequence[IdentifierValue], match_on: Collection[IdentifierType] | None = None
    ) -> Match:
        return match(identifiers, self.owners, match_on)

    def create(self, identifiers: Sequence[IdentifierValue], source: str, *, is_test: bool) -> str:
        """A new person with these identifiers."""
        profile_id = new_id(IdPrefix.PROFILE)
        self._created.append({"id": profile_id, "isTest": is_test})
        self.link(profile_id, identifiers, source)
        return profile_id

    def link(self, profile_id: str, identifiers: Sequence[IdentifierValue], source: str) -> bool:
        """Adds what the person does not have yet; True where that was anything."""
        missing = [each for each in identifiers if not self._has(profile_id, each.key)]
        known = self._one_person_keys(profile_id) | {each.key for each in missing if each.type in ONE_PERSON_TYPES}
        for each in missing:
            self._links.append({"profileId": profile_id, "key": each.key, "source": source})
            self.owners[each.key].add(Owner(profile_id, known))
        return bool(missing)

    async def write(self, transaction: Transaction) -> None:
        """Writes the people and links decided so far, and forgets them: it may be called again after more rows."""
        if self._created:
            await transaction.run(statements.CREATE_PROFILES, profiles=self._created, now=self.now_ms)
        if self._links:
            links = sorted(self._links, key=lambda link: (str(link["profileId"]), str(link["key"])))
            await transaction.run(statements.LINK_IDENTIFIERS, links=links, now=self.now_ms)
        self._created, self._links = [], []

    def _has(self, profile_id: str, key: str) -> bool:
        return any(owner.profile_id == profile_id for owner in self.owners[key])

    def _one_person_keys(self, profile_id: str) -> frozenset[str]:
        return frozenset(
            key
            for owners in self.owners.values()
            for owner in owners
            if owner.profile_id == profile_id
            for key in owner.one_person_keys
        )


async def resolve(
    transaction: Transaction,
    identifiers: Collection[IdentifierValue],
    now_ms: int,
    profile_ids: Collection[str] = (),
) -> Resolution:
    """Locks the people that the identifiers mean now, then the identifiers, each sorted, and looks again.

    `profile_ids` are locked besides. Looking before locking alone would let two writers both find nobody and make
    two people of one. Raises GraphUnavailable where the links change faster than they can be locked.
    """
    by_key = {each.key: each for each in identifiers}
    keys = sorted(by_key)
    locked: set[str] = set()
    owners = await _owners(transaction, keys)
    identifier_ids: dict[str, str] = {}
    for _ in range(_ROUNDS):
        wanted = _profile_ids(owners) | set(profile_ids)
        if wanted - locked:
            await transaction.run(statements.LOCK_PROFILES, ids=sorted(wanted - locked))
            locked |= wanted
        if keys and not identifier_ids:
            rows = [_row(by_key[key]) for key in keys]
            locked_ids = await transaction.run(statements.LOCK_IDENTIFIERS, identifiers=rows, now=now_ms)
            identifier_ids = {str(key): str(id_) for key, id_ in locked_ids}
        owners = await _owners(transaction, keys)
        if _profile_ids(owners) <= locked:
            return Resolution(now_ms, owners, identifier_ids)
    raise GraphUnavailable("identifiers changed hands while they were being locked")


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


async def _owners(transaction: Transaction, keys: Sequence[str]) -> dict[str, set[Owner]]:
    found: dict[str, set[Owner]] = defaultdict(set)
    if keys:
        one_person = sorted(ONE_PERSON_TYPES)
        for key, profile_id, own in await transaction.run(statements.OWNERS, keys=keys, onePersonTypes=one_person):
            found[key].add(Owner(profile_id, frozenset(own)))
    return found


def _profile_ids(owners: dict[str, set[Owner]]) -> set[str]:
    return {owner.profile_id for each in owners.values() for owner in each}


def _row(each: IdentifierValue) -> dict[str, object]:
    return {
        "id": new_id(IdPrefix.IDENTIFIER),
        "key": each.key,
        "type": each.type,
        "namespace": each.namespace,
        "value": each.value,
        "masked": each.masked,
        "reversed": each.reversed,
    }
