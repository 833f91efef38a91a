"""What a merge looks at: two people as they are now. Plain data, without a value of any identifier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from graph.consent.cause import Cause
from graph.consent.evidence import Evidence
from graph.consent.running_out import Standing, ran_out
from graph.merging.consent import Consent
from graph.vocabulary import Channel, SubscriptionStatus

VERIFIED_AT: Final = "verifiedAt"
# What somebody said of a category.
LEFT: Final = "LEFT"
JOINED: Final = "JOINED"


@dataclass(frozen=True, slots=True)
class Stored:
    """A property's value as it may be written down: `kind` says how the graph reads it back, exactly as it was.

    `millis` is the same as epoch milliseconds where it is an instant.
    """

    kind: str
    value: Any
    millis: int | None = None

    def to_json(self) -> list[Any]:
        return [self.kind, self.value]

    @classmethod
    def from_json(cls, pair: Sequence[Any] | None) -> Self | None:
        return None if pair is None else cls(pair[0], pair[1])

    def is_same(self, other: Stored | None) -> bool:
        return other is not None and (self.kind, self.value) == (other.kind, other.value)


@dataclass(frozen=True, slots=True)
class HeldIdentifier:
    """`scope` is the type and namespace; `verified` is of the edge. `edge` are the edge's properties by name."""

    id: str
    scope: str
    is_one_person: bool
    edge: Mapping[str, Stored]

    @property
    def is_verified(self) -> bool:
        return VERIFIED_AT in self.edge


@dataclass(frozen=True, slots=True)
class Place:
    """One person has one living subscription here."""

    resource_id: str | None
    channel: Channel
    identifier_id: str | None


@dataclass(frozen=True, slots=True)
class Membership:
    """LEFT or JOINED, since when."""

    kind: str
    at_ms: int

    def to_json(self) -> list[Any]:
        return [self.kind, self.at_ms]

    @classmethod
    def from_json(cls, pair: Sequence[Any] | None) -> Self | None:
        return None if pair is None else cls(pair[0], pair[1])


@dataclass(frozen=True, slots=True)
class Act:
    """The newest record in the ledger that a person or a provider caused, and not a clock, a merge or a split."""

    record_id: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class HeldSubscription:
    id: str
    place: Place
    consent: Consent
    priority: int
    categories: Mapping[str, Membership]
    opt_in: Evidence | None = None
    act: Act | None = None
    is_archived: bool = False
    archived_at_ms: int = 0

    @property
    def left(self) -> frozenset[str]:
        """The ids of the categories that were left."""
        return frozenset(id_ for id_, membership in self.categories.items() if membership.kind == LEFT)

    def settled(self, now_ms: int) -> Self:
        """The same with what ran out until now over."""
        consent = self.consent
        ended = ran_out(Standing(consent.status, consent.suspended_until, consent.expires_at), now_ms)
        return replace(self, consent=Consent(ended[-1].to_status, None, consent.expires_at)) if ended else self


@dataclass(frozen=True, slots=True)
class HeldOptOut:
    """`lifted` names what newer evidence got round it for: channels of its resource, or resources on its channel."""

    id: str
    resource_id: str | None
    channel: Channel | None
    since_ms: int
    lifted: tuple[str, ...] = ()

    def covers(self, subscription: HeldSubscription) -> bool:
        """Whether this standing no is about that address: newer evidence of consent got round it (rule 22)."""
        evidence = subscription.opt_in
        if evidence is not None and evidence.at_ms > self.since_ms:
            return False
        place = subscription.place
        if (place.channel if self.channel is None else place.resource_id) in self.lifted:
            return False
        return self.resource_id in {None, place.resource_id} and self.channel in {None, place.channel}

    @property
    def subject(self) -> tuple[str | None, Channel | None]:
        return self.resource_id, self.channel


@dataclass(frozen=True, slots=True)
class HeldRelation:
    """A relation of this person to another (`is_outgoing`), or of another to this one."""

    id: str
    key: str
    other_id: str
    is_outgoing: bool


@dataclass(frozen=True, slots=True)
class Side:
    id: str
    revision: int
    status: SubscriptionStatus
    member_ids: tuple[str, ...]
    properties: Mapping[str, Stored]
    identifiers: tuple[HeldIdentifier, ...] = ()
    subscriptions: tuple[HeldSubscription, ...] = ()
    opt_outs: tuple[HeldOptOut, ...] = ()
    relations: tuple[HeldRelation, ...] = ()
    act: Act | None = None
    messages_in_flight: int = 0

    @property
    def last_archived(self) -> Mapping[Place, HeldSubscription]:
        """What was archived last at each place: it says what holds there until something is opened again."""
        archived = (each for each in self.subscriptions if each.is_archived)
        return {each.place: each for each in sorted(archived, key=lambda each: (each.archived_at_ms, each.id))}

    @property
    def living(self) -> tuple[HeldSubscription, ...]:
        return tuple(each for each in self.subscriptions if not each.is_archived)

    def settled(self, now_ms: int) -> Self:
        """The same with what ran out until now over; what is archived lies still."""
        return replace(
            self,
            subscriptions=tuple(each if each.is_archived else each.settled(now_ms) for each in self.subscriptions),
        )

    @property
    def most_of_a_kind(self) -> int:
        return max(map(len, (self.identifiers, self.subscriptions, self.opt_outs, self.relations)))


def side_from_row(row: Mapping[str, Any], one_person_types: Iterable[str]) -> Side:
    one_person = frozenset(one_person_types)
    return Side(
        id=row["id"],
        revision=row["revision"],
        status=SubscriptionStatus(row["status"]),
        member_ids=tuple(row["memberIds"]),
        properties=stored(row["properties"]),
        identifiers=tuple(
            HeldIdentifier(id_, f"{kind}:{namespace}", kind in one_person, stored(edge))
            for id_, kind, namespace, edge in row["identifiers"]
        ),
        subscriptions=tuple(map(subscription_from_row, row["subscriptions"])),
        opt_outs=tuple(
            HeldOptOut(id_, resource_id, None if channel is None else Channel(channel), since_ms, tuple(lifted))
            for id_, resource_id, channel, since_ms, lifted in row["optOuts"]
        ),
        relations=tuple(HeldRelation(*each) for each in row["relations"]),
        act=_act(row["act"]),
        messages_in_flight=row["messagesInFlight"],
    )


def subscription_from_row(row: Mapping[str, Any]) -> HeldSubscription:
    return HeldSubscription(
        id=row["id"],
        place=Place(row["resourceId"], Channel(row["channel"]), row["identifierId"]),
        consent=Consent(SubscriptionStatus(row["status"]), row["suspendedUntil"], row["consentExpiresAt"]),
        priority=row["priority"],
        categories={category: Membership(kind, at_ms) for category, kind, at_ms in row["categories"]},
        opt_in=_evidence(row["optIn"]),
        act=_act(row["act"]),
        is_archived=row["isArchived"],
        archived_at_ms=row["archivedAt"] or 0,
    )


def stored(rows: Iterable[Sequence[Any]]) -> dict[str, Stored]:
    """Properties by name, from rows of name, kind, value and milliseconds."""
    return {name: Stored(kind, value, millis) for name, kind, value, millis in rows}


def record_id_of(act: Act | None) -> str | None:
    return None if act is None else act.record_id


def _act(row: Sequence[str] | None) -> Act | None:
    return None if row is None else Act(row[0], Cause(row[1]))


def _evidence(row: Sequence[Any] | None) -> Evidence | None:
    return None if row is None or row[0] is None else Evidence(*row)
