from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from graph.connection import Transaction
from graph.errors import Refusal, UserError
from graph.identifiers import IdentifierValue
from graph.ids import IdPrefix, new_id
from graph.people.knowledge import NOTHING_LEARNED, Knowledge
from graph.people.known_people import KnownPeople
from graph.people.matching import Match
from graph.statements import people as statements
from graph.vocabulary import IdentifierType, UserErrorCode

_FIELD = ("identifiers",)
_AMBIGUOUS = UserError(UserErrorCode.AMBIGUOUS_MATCH, "These identifiers point to several profiles.", _FIELD)
_CONFLICT = UserError(
    UserErrorCode.IDENTIFIER_CONFLICT,
    "A value that belongs to one person would belong to two, or a person would get two of them.",
    _FIELD,
)
_NOTHING_TO_MATCH_ON = UserError(
    UserErrorCode.INVALID, "None of the identifiers that may decide is of these types.", ("matchOn",)
)
_BLOCKED = "This value stands for nobody and identifies no one."


@dataclass(frozen=True, slots=True)
class Placed:
    """Whose a row is, and which of its identifiers were refused: the row is kept without those.

    `is_linked` where the person got an identifier that they did not have.
    """

    profile_id: str
    refused: tuple[UserError, ...] = ()
    is_new: bool = False
    is_linked: bool = False


@dataclass(slots=True)
class _NewPerson:
    id: str
    is_test: bool
    links: list[dict[str, object]] = field(default_factory=list)

    @property
    def row(self) -> dict[str, object]:
        return {"id": self.id, "isTest": self.is_test, "links": self.links}


@dataclass(slots=True)
class Resolution:
    """Who the identifiers of some rows mean, inside one transaction that holds their locks.

    It is filled row by row, because a row may bring the person whom the next one means, and written once. `blocked`
    are the keys of values that stand for nobody: they were neither looked up nor locked, and never match.
    """

    now_ms: int
    people: KnownPeople
    identifier_ids: dict[str, str]
    blocked: frozenset[str]
    _created: dict[str, _NewPerson] = field(default_factory=dict)
    _links: list[dict[str, object]] = field(default_factory=list)

    @property
    def profile_ids(self) -> set[str]:
        """All who have one of the identifiers, and those who were made."""
        return {profile_id for owners in self.people.owners.values() for profile_id in owners}

    def match(
        self, identifiers: Sequence[IdentifierValue], match_on: Collection[IdentifierType] | None = None
    ) -> Match:
        """Raises Refusal IDENTIFIER_BLOCKED, AMBIGUOUS_MATCH or IDENTIFIER_CONFLICT, these two with the candidates.

        And INVALID where none of them is of the types in `match_on`: it would be somebody new each time.
        """
        self._refuse(self._blocked(identifiers))
        if match_on is not None and not any(each.type in match_on for each in identifiers):
            raise Refusal(_NOTHING_TO_MATCH_ON)
        found = self.people.match(identifiers, match_on)
        if found.is_ambiguous:
            raise Refusal(_AMBIGUOUS, candidates=found.candidates)
        self._refuse_conflict(found.profile_id, identifiers)
        return found

    def meant(
        self, identifiers: Sequence[IdentifierValue], match_on: Collection[IdentifierType] | None = None
    ) -> str | None:
        """Whom the identifiers mean, None for somebody who is still to be made.

        Blocked values are left aside. Raises Refusal with them where there is nothing else: that is nobody's row, since
        a person made of nothing could never be found again, or nothing else to match on. Raises Refusal as `match` does
        besides.
        """
        usable = self._usable(identifiers)
        if match_on is not None and not any(each.type in match_on for each in usable):
            self._refuse(self._blocked(identifiers))
        return self.match(usable, match_on).profile_id

    def place(
        self, profile_id: str | None, identifiers: Sequence[IdentifierValue], source: str, *, is_test: bool
    ) -> Placed:
        """The person whom they mean by `meant`, or a new one, with those of them linked that may be.

        Blocked values and those over a cap are refused by themselves, and what the row says is kept.
        """
        usable = self._usable(identifiers)
        over = self.people.over_the_caps(profile_id, usable)
        is_new = profile_id is None
        if profile_id is None:
            profile_id = self._new_person(is_test=is_test)
        is_linked = self._add(profile_id, [each for each in usable if each.key not in over], source)
        left_out = (*self._blocked(identifiers), *_errors(identifiers, over, UserErrorCode.LIMIT_EXCEEDED))
        return Placed(profile_id, left_out, is_new, is_linked)

    def create(self, identifiers: Sequence[IdentifierValue], source: str, *, is_test: bool) -> str:
        """A new person with all these identifiers. Raises Refusal as `link` does."""
        self._refuse_what_may_not_be(None, identifiers)
        profile_id = self._new_person(is_test=is_test)
        self._add(profile_id, identifiers, source)
        return profile_id

    def link(self, profile_id: str, identifiers: Sequence[IdentifierValue], source: str) -> bool:
        """Adds what the person does not have yet; True where that was anything.

        Raises Refusal where one of them is blocked (IDENTIFIER_BLOCKED), belongs to somebody else alone or beside
        another of this person's (IDENTIFIER_CONFLICT), or is over a cap (LIMIT_EXCEEDED).
        """
        if self.people.has_all(profile_id, identifiers) and self.blocked.isdisjoint(each.key for each in identifiers):
            return False
        self._refuse_what_may_not_be(profile_id, identifiers)
        return self._add(profile_id, identifiers, source)

    def has(self, profile_id: str, identifier: IdentifierValue) -> bool:
        """Whether the person has the value, of which IDENTIFIER_BLOCKED is raised where it stands for nobody."""
        self.refuse_blocked(identifier)
        return profile_id in self.people.owners[identifier.key]

    def refuse_blocked(self, identifier: IdentifierValue) -> None:
        """Raises Refusal IDENTIFIER_BLOCKED for a value that stands for nobody."""
        self._refuse(self._blocked([identifier]))

    async def write(self, transaction: Transaction, known: Knowledge | None = None) -> None:
        """Writes the people and links decided so far, and forgets them: it may be called again after more rows.

        New people are written with what was learned of them in `known`, which then need not be written. Identifiers
        that were made to be locked, and that no row needed in the end, are taken away again.
        """
        if self._created:
            learned = {} if known is None else known.take(self._created)
            people = [{**each.row, **learned.get(each.id, NOTHING_LEARNED)} for each in self._created.values()]
            await transaction.run(statements.CREATE_PROFILES, profiles=people, now=self.now_ms)
        if self._links:
            links = sorted(self._links, key=lambda link: (str(link["profileId"]), str(link["key"])))
            await transaction.run(statements.LINK_IDENTIFIERS, links=links, now=self.now_ms)
        self._created, self._links = {}, []
        unused = sorted(key for key in self.identifier_ids if not self.people.owners[key])
        if unused:
            await transaction.run(statements.FORGET_UNUSED_IDENTIFIERS, keys=unused)

    def _usable(self, identifiers: Sequence[IdentifierValue]) -> list[IdentifierValue]:
        usable = [each for each in identifiers if each.key not in self.blocked]
        if not usable:
            self._refuse(self._blocked(identifiers))
        return usable

    def _new_person(self, *, is_test: bool) -> str:
        profile_id = new_id(IdPrefix.PROFILE)
        self._created[profile_id] = _NewPerson(profile_id, is_test)
        return profile_id

    def _add(self, profile_id: str, identifiers: Iterable[IdentifierValue], source: str) -> bool:
        added = [each for each in identifiers if self.people.add(profile_id, each)]
        new = self._created.get(profile_id)
        if new is not None:
            new.links += ({"key": each.key, "source": source} for each in added)
        else:
            self._links += ({"profileId": profile_id, "key": each.key, "source": source} for each in added)
        return bool(added)

    def _refuse_what_may_not_be(self, profile_id: str | None, identifiers: Sequence[IdentifierValue]) -> None:
        self._refuse(self._blocked(identifiers))
        self._refuse_conflict(profile_id, identifiers)
        over = self.people.over_the_caps(profile_id, identifiers)
        self._refuse(_errors(identifiers, over, UserErrorCode.LIMIT_EXCEEDED))

    def _refuse_conflict(self, profile_id: str | None, identifiers: Sequence[IdentifierValue]) -> None:
        concerned = self.people.conflict(profile_id, identifiers)
        if concerned is not None:
            raise Refusal(_CONFLICT, candidates=concerned)

    def _blocked(self, identifiers: Sequence[IdentifierValue]) -> tuple[UserError, ...]:
        if not self.blocked:
            return ()
        blocked = {each.key: _BLOCKED for each in identifiers if each.key in self.blocked}
        return _errors(identifiers, blocked, UserErrorCode.IDENTIFIER_BLOCKED)

    @staticmethod
    def _refuse(errors: Sequence[UserError]) -> None:
        if errors:
            raise Refusal(*errors)


def _errors(
    identifiers: Sequence[IdentifierValue], reasons: dict[str, str], code: UserErrorCode
) -> tuple[UserError, ...]:
    """An error at the place of each identifier, in what was given, that there is a reason against."""
    if not reasons:
        return ()
    return tuple(
        UserError(code, reasons[each.key], (*_FIELD, str(position)))
        for position, each in enumerate(identifiers)
        if each.key in reasons
    )
