"""Where somebody wrote from: what stands at that address, and which message they answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph.connection import Transaction
from graph.identifiers import IdentifierValue, identifier
from graph.receipts.receipt import ReceiptSource
from graph.source_key import source_key
from graph.statements import inbound as statements


@dataclass(frozen=True, slots=True)
class Origin:
    """From which address something was said, when and through which account of ours.

    `event_id` is the provider's. The answered message is found by its id there, `reply_to`, or by ours.
    """

    address: IdentifierValue
    source: ReceiptSource
    event_id: str
    at_ms: int
    reply_to: str | None = None
    message_id: str | None = None

    @property
    def addresses(self) -> tuple[IdentifierValue, ...]:
        """Also the one without a namespace: who has but one bot or app may leave it out, and it is the same chat."""
        if not self.address.namespace:
            return (self.address,)
        return self.address, identifier(self.address.type, "", self.address.value)

    @property
    def keys(self) -> list[str]:
        return sorted(each.key for each in self.addresses)

    @property
    def source_name(self) -> str:
        """What the account is called among the sources of events, like `SMS.twilio`."""
        return f"{self.source.channel}.{self.source.account}"

    @property
    def event_key(self) -> str:
        """By which its event is the only one."""
        return source_key(self.source_name, self.event_id)


@dataclass(frozen=True, slots=True)
class Answered:
    """A message that went to this address. Its person, subscription and resource may be gone."""

    id: str
    profile_id: str | None
    subscription_id: str | None
    resource_id: str | None
    is_test: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """A subscription at the address; one that is not listed was archived."""

    id: str
    owner_id: str
    resource_id: str
    priority: int
    is_listed: bool
    stop_words: tuple[str, ...] = ()
    start_words: tuple[str, ...] = ()
    last_sent_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """`holders` are those who have the address, by id, and since when."""

    answered: Answered | None = None
    seats: tuple[Seat, ...] = ()
    holders: Mapping[str, int] = field(default_factory=dict)

    @property
    def people(self) -> set[str]:
        """Everybody whom what is said there may concern."""
        return {*self.holders, *(seat.owner_id for seat in self.seats)}


async def place_of(transaction: Transaction, origin: Origin) -> Place:
    """As it is at this moment: nothing is locked."""
    keys, channel = origin.keys, origin.source.channel
    answered = await transaction.run(
        statements.ANSWERED,
        messageId=origin.message_id,
        providerKey=None if origin.reply_to is None else origin.source.key(origin.reply_to),
        channel=channel,
        keys=keys,
    )
    # One that is listed comes after where it was archived, and so takes its place.
    rows = {row["id"]: row for row in await transaction.run(statements.PLACES, keys=keys, channel=channel)}
    ids = sorted(id_ for id_, row in rows.items() if row["is_listed"])
    sent = dict(await transaction.run(statements.LAST_SENT, ids=ids) or ()) if len(ids) > 1 else {}
    seats = tuple(
        Seat(
            row["id"],
            row["owner_id"],
            row["resource_id"],
            row["priority"],
            row["is_listed"],
            tuple(row["stop_words"]),
            tuple(row["start_words"]),
            sent.get(id_),
        )
        for id_, row in sorted(rows.items())
    )
    holders = dict(await transaction.run(statements.HOLDERS, keys=keys))
    return Place(None if answered is None else _answered(answered), seats, holders)


def _answered(row: Mapping[str, object]) -> Answered:
    profile_id, subscription_id, resource_id = (
        None if (value := row[name]) is None else str(value) for name in ("profileId", "subscriptionId", "resourceId")
    )
    return Answered(str(row["id"]), profile_id, subscription_id, resource_id, is_test=bool(row["isTest"]))
