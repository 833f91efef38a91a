"""The people of a history in plain Python. All rules beside it are written anew from the design.

Only words are shared with the product: the statuses, channels and causes of its vocabulary. Times are epoch ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from graph.consent.cause import Cause
from graph.vocabulary import Channel, UserErrorCode
from graph.vocabulary import SubscriptionStatus as Status

# What happened without anybody's word.
NOBODYS: frozenset[Cause] = frozenset({Cause.SUSPENSION_ENDED, Cause.CONSENT_EXPIRED, Cause.MERGE, Cause.SPLIT})


class Refused(Exception):
    def __init__(self, code: UserErrorCode) -> None:
        super().__init__(code)
        self.code = code


class Record(NamedTuple):
    """One change, as the ledger shows it."""

    before: Status | None
    after: Status
    cause: Cause
    at: int


class Consent(NamedTuple):
    """What a subscription allows, and until when: the end of a pause, and that of the consent itself."""

    status: Status
    until: int | None = None
    expires: int | None = None


class Place(NamedTuple):
    """One person has one subscription here. The address is the key of an identifier."""

    resource: str
    channel: Channel
    address: str


@dataclass(slots=True)
class Subject:
    """Whatever the ledger tells about."""

    records: list[Record] = field(default_factory=list)

    @property
    def act(self) -> int:
        """The place of the newest record that a person or a provider caused, -1 where there is none."""
        return max((n for n, each in enumerate(self.records) if each.cause not in NOBODYS), default=-1)

    @property
    def act_cause(self) -> Cause:
        return Cause.SPLIT if self.act < 0 else self.records[self.act].cause


@dataclass(slots=True, kw_only=True)
class Subscription(Subject):
    """`holder` is the profile that it hangs on, `left_at` when the category `news` was left."""

    id: str
    holder: str
    place: Place
    consent: Consent
    opt_in: int | None = None
    absorbed_by: str | None = None
    absorbed_at: int = 0
    left_at: int | None = None
    categories: list[Record] = field(default_factory=list)

    @property
    def status(self) -> Status:
        return self.consent.status

    @property
    def recorded_at(self) -> int:
        return self.records[-1].at

    def becomes(self, status: Status, cause: Cause, at: int, until: int | None = None) -> None:
        self.takes(self.consent._replace(status=status, until=until), cause, at)

    def takes(self, consent: Consent, cause: Cause, at: int) -> None:
        self.records.append(Record(self.status if self.records else None, consent.status, cause, at))
        self.consent = consent

    def run_out(self, now: int) -> None:
        """A pause, then a consent, is over when its time has come; no record is older than the one before it."""
        status, until, expires = self.consent
        if status is Status.SUSPENDED and until is not None and until <= now:
            self.becomes(Status.SUBSCRIBED, Cause.SUSPENSION_ENDED, max(until, self.recorded_at))
        if self.status is Status.SUBSCRIBED and expires is not None and expires <= now:
            self.becomes(Status.UNCONFIRMED, Cause.CONSENT_EXPIRED, max(expires, self.recorded_at))


class Scope(NamedTuple):
    """What an opt-out is about: a resource or a channel."""

    resource: str | None = None
    channel: Channel | None = None


@dataclass(slots=True)
class No:
    """A standing opt-out. `lifted` are channels of its resource, or resources on its channel."""

    number: int
    scope: Scope
    since: int
    lifted: list[str] = field(default_factory=list)

    @property
    def said(self) -> tuple[int, tuple[str, ...]]:
        return self.since, tuple(self.lifted)

    def says(self, said: tuple[int, tuple[str, ...]]) -> None:
        self.since, self.lifted = said[0], list(said[1])

    def stands_against(self, place: Place) -> bool:
        resource, channel = self.scope
        if (place.channel if channel is None else place.resource) in self.lifted:
            return False
        return resource in {None, place.resource} and channel in {None, place.channel}


@dataclass(slots=True, kw_only=True)
class Person(Subject):
    id: str
    merged_into: str | None = None
    values: set[str] = field(default_factory=set)
    status: Status = Status.SUBSCRIBED
    noes: dict[Scope, No] = field(default_factory=dict)

    def becomes(self, status: Status, cause: Cause, at: int) -> None:
        self.records.append(Record(self.status, status, cause, at))
        self.status = status


class Mark(NamedTuple):
    """A consent before a merge and after it, and the newest act on it then."""

    before: Consent
    after: Consent
    act: int


@dataclass(slots=True)
class Merge:
    """What a split needs to know of a merge; `number` says which is the newest."""

    id: str
    number: int
    loser: str
    survivor: str
    status: tuple[Status, Status, int]
    moved_values: set[str]
    shared_values: set[str]
    moved: set[str]
    absorbed: dict[str, str]
    marks: dict[str, Mark]
    own: set[str]
    left: dict[str, tuple[int | None, int]]
    left_after: dict[str, int | None]
    moved_noes: set[int]
    raised_noes: dict[int, tuple[tuple[int, tuple[str, ...]], tuple[int, tuple[str, ...]]]]
    # How each stood after the merge, by number.
    all_noes: dict[int, tuple[int, tuple[str, ...]]]
    is_undone: bool = False


@dataclass(slots=True)
class World:
    now: int
    people: dict[str, Person] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    # Under which profile each event happened.
    events: dict[str, str] = field(default_factory=dict)
    merges: dict[str, Merge] = field(default_factory=dict)
    # Addresses that nobody writes to, on a channel or, where it is None, at all.
    suppressed: set[tuple[str, Channel | None]] = field(default_factory=set)
    erased_addresses: dict[str, int] = field(default_factory=dict)
    erased_people: set[str] = field(default_factory=set)
    numbers: int = 0

    def next_number(self) -> int:
        self.numbers += 1
        return self.numbers

    def root(self, profile_id: str) -> str:
        into = self.people[profile_id].merged_into
        return profile_id if into is None else self.root(into)

    def person(self, profile_id: str) -> Person:
        """Raises Refused for whoever is not there."""
        if profile_id not in self.people:
            raise Refused(UserErrorCode.NOT_FOUND)
        return self.people[self.root(profile_id)]

    def roots(self) -> Iterator[Person]:
        return (each for each in self.people.values() if each.merged_into is None)

    def owners(self, value: str) -> list[Person]:
        return [each for each in self.roots() if value in each.values]

    def made(self, profile_id: str, *values: str) -> Person:
        person = Person(id=profile_id, values=set(values))
        self.people[profile_id] = person
        return person

    def living(self, profile_id: str) -> dict[str, Subscription]:
        """What the person of this profile has, by id; what another one speaks for is not among it."""
        mine = (each for each in self.subscriptions.values() if each.holder == profile_id)
        return {each.id: each for each in mine if each.absorbed_by is None}

    def speaks(self, subscription: Subscription) -> Subscription:
        by = subscription.absorbed_by
        return subscription if by is None else self.speaks(self.subscriptions[by])

    def settle(self) -> None:
        """Writes down what is over by now. What another one speaks for lies still."""
        for each in self.subscriptions.values():
            if each.absorbed_by is None:
                each.run_out(self.now)

    def copied(self) -> World:
        """Deep, and quicker than the library's way of it."""
        return replace(
            self,
            people={
                key: replace(
                    each,
                    records=list(each.records),
                    values=set(each.values),
                    noes={scope: replace(no, lifted=list(no.lifted)) for scope, no in each.noes.items()},
                )
                for key, each in self.people.items()
            },
            subscriptions={
                key: replace(each, records=list(each.records), categories=list(each.categories))
                for key, each in self.subscriptions.items()
            },
            events=dict(self.events),
            merges={key: replace(each) for key, each in self.merges.items()},
            suppressed=set(self.suppressed),
            erased_addresses=dict(self.erased_addresses),
            erased_people=set(self.erased_people),
        )
