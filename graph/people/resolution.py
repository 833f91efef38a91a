from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from graph.connection import Transaction
from graph.errors import Raced, Refusal, UserError
from graph.identifiers import CONTACT_TYPES, ONE_PERSON_TYPES, IdentifierValue
from graph.ids import IdPrefix, new_id
from graph.people.change import ProfileChange
from graph.people.matching import Known, Match, conflicts, match
from graph.statements import people as statements
from graph.vocabulary import ChangeKind, IdentifierType, UserErrorCode

# Somebody else may link an identifier between our look and our lock; who loses that race this often starts over.
_ROUNDS = 3

_AMBIGUOUS = UserError(UserErrorCode.AMBIGUOUS_MATCH, "These identifiers point to several profiles.", ("identifiers",))
_CONFLICT = UserError(
    UserErrorCode.IDENTIFIER_CONFLICT,
    "A value that belongs to one person would belong to two, or a person would get two of them.",
    ("identifiers",),
)


@dataclass(slots=True)
class Resolution:
    """Who the identifiers of some rows mean, inside one transaction that holds their locks.

    It is filled row by row, because a row may bring the person whom the next one means, and written once.
    """

    now_ms: int
    owners: dict[str, set[str]]
    one_person_keys: dict[str, set[str]]
    identifier_ids: dict[str, str]
    _created: list[dict[str, object]] = field(default_factory=list)
    _links: list[dict[str, object]] = field(default_factory=list)

    def match(
        self, identifiers: Sequence[IdentifierValue], match_on: Collection[IdentifierType] | None = None
    ) -> Match:
        """Raises Refusal AMBIGUOUS_MATCH with the candidates, or IDENTIFIER_CONFLICT."""
        found = match(identifiers, self._known(), match_on)
        if found.is_ambiguous:
            raise Refusal(_AMBIGUOUS, candidates=found.candidates)
        if conflicts(identifiers, found.profile_id, self._known()):
            raise Refusal(_CONFLICT)
        return found

    def found_or_created(self, identifiers: Sequence[IdentifierValue], source: str, *, is_test: bool) -> str:
        """The person whom the identifiers mean, with all of them linked. Raises Refusal as `match` does."""
        found = self.match(identifiers)
        if found.profile_id is None:
            return self.create(identifiers, source, is_test=is_test)
        self.link(found.profile_id, identifiers, source)
        return found.profile_id

    def create(self, identifiers: Sequence[IdentifierValue], source: str, *, is_test: bool) -> str:
        """A new person with these identifiers."""
        profile_id = new_id(IdPrefix.PROFILE)
        self._created.append({"id": profile_id, "isTest": is_test})
        self.link(profile_id, identifiers, source)
        return profile_id

    def link(self, profile_id: str, identifiers: Sequence[IdentifierValue], source: str) -> bool:
        """Adds what the person does not have yet; True where that was anything."""
        missing = [each for each in identifiers if profile_id not in self.owners[each.key]]
        for each in missing:
            self._links.append({"profileId": profile_id, "key": each.key, "source": source})
            self.owners[each.key].add(profile_id)
            if each.type in ONE_PERSON_TYPES:
                self.one_person_keys[profile_id].add(each.key)
        return bool(missing)

    async def write(self, transaction: Transaction) -> None:
        """Writes the people and links decided so far, and forgets them: it may be called again after more rows.

        Identifiers that were made to be locked, and that no row needed in the end, are taken away again.
        """
        if self._created:
            await transaction.run(statements.CREATE_PROFILES, profiles=self._created, now=self.now_ms)
        if self._links:
            links = sorted(self._links, key=lambda link: (str(link["profileId"]), str(link["key"])))
            await transaction.run(statements.LINK_IDENTIFIERS, links=links, now=self.now_ms)
        self._created, self._links = [], []
        unused = sorted(key for key in self.identifier_ids if not self.owners[key])
        if unused:
            await transaction.run(statements.FORGET_UNUSED_IDENTIFIERS, keys=unused)

    def _known(self) -> Known:
        return Known(self.owners, self.one_person_keys)


async def resolve(
    transaction: Transaction,
    identifiers: Collection[IdentifierValue],
    now_ms: int,
    profile_ids: Collection[str] = (),
    rounds: int = _ROUNDS,
) -> Resolution:
    """Locks the people that the identifiers mean now, then the identifiers, each sorted, and looks again.

    `profile_ids` are locked besides. Looking before locking alone would let two writers both find nobody and make
    two people of one. Raises Raced where the links change faster than they can be locked in so many rounds. From the
    second round on people are locked after identifiers, which may deadlock with others: who can start over cheaply
    takes one round.
    """
    by_key = {each.key: each for each in identifiers}
    keys = sorted(by_key)
    locked: set[str] = set()
    owners, one_person_keys = await _owners(transaction, keys)
    identifier_ids: dict[str, str] = {}
    for _ in range(rounds):
        wanted = _profile_ids(owners) | set(profile_ids)
        if wanted - locked:
            await transaction.run(statements.LOCK_PROFILES, ids=sorted(wanted - locked))
            locked |= wanted
        if keys and not identifier_ids:
            rows = [_row(by_key[key]) for key in keys]
            locked_ids = await transaction.run(statements.LOCK_IDENTIFIERS, identifiers=rows, now=now_ms)
            identifier_ids = {str(key): str(id_) for key, id_ in locked_ids}
        owners, one_person_keys = await _owners(transaction, keys)
        if _profile_ids(owners) <= locked:
            return Resolution(now_ms, owners, one_person_keys, identifier_ids)
    raise Raced("identifiers changed hands while they were being locked")


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


async def _owners(
    transaction: Transaction, keys: Sequence[str]
) -> tuple[defaultdict[str, set[str]], defaultdict[str, set[str]]]:
    owners: defaultdict[str, set[str]] = defaultdict(set)
    one_person_keys: defaultdict[str, set[str]] = defaultdict(set)
    if keys:
        one_person = sorted(ONE_PERSON_TYPES)
        for key, profile_id, own in await transaction.run(statements.OWNERS, keys=keys, onePersonTypes=one_person):
            owners[key].add(profile_id)
            one_person_keys[profile_id].update(own)
    return owners, one_person_keys


def _profile_ids(owners: dict[str, set[str]]) -> set[str]:
    return {profile_id for each in owners.values() for profile_id in each}


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
