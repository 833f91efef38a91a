from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from graph.connection import Graph, Transaction
from graph.delivery import SendingRate
from graph.errors import ConstraintViolated, Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.ids import IdPrefix, new_id
from graph.inbound.keywords import Keyword, keyword
from graph.statements import subscriptions as statements
from graph.vocabulary import Channel, UnknownPolicy, UserErrorCode

KEY_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
SENDER_MISSING = UserError(UserErrorCode.REQUIRED, "A resource that sends e-mail needs a sender.", ("sender",))
NO_SUCH_RESOURCE = UserError(UserErrorCode.NOT_FOUND, "No such resource.", ("resource",))


@dataclass(frozen=True, slots=True)
class ResourceReference:
    """One of the two."""

    id: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class CategoryReference:
    """One of the two; a key is looked up within the resource."""

    id: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    id: str
    channels: frozenset[Channel]
    category_ids: dict[str, str]
    requires_double_opt_in: bool
    raises_priority_of_new: bool

    def category_id(self, reference: CategoryReference, path: tuple[str, ...]) -> str:
        """Raises Refusal NOT_FOUND where the resource has no such category."""
        known = set(self.category_ids.values())
        found = self.category_ids.get(reference.key or "") if reference.id is None else reference.id
        if found not in known or found is None:
            raise Refusal(UserError(UserErrorCode.NOT_FOUND, "The resource has no such category.", path))
        return found


@dataclass(frozen=True, slots=True)
class NewCategory:
    key: str
    title: str
    mandatory: bool = False
    joined_by_default: bool = True


@dataclass(frozen=True, slots=True)
class CreateResource:
    key: str
    title: str
    channels: tuple[Channel, ...]
    sender: str | None = None
    sender_name: str | None = None
    categories: tuple[NewCategory, ...] = field(default_factory=tuple)
    require_double_opt_in: bool = False
    raise_priority_of_new: bool = True
    on_unknown: UnknownPolicy = UnknownPolicy.RETRY
    track_opens: bool = True
    track_clicks: bool = True
    stop_words: tuple[str, ...] = ()
    start_words: tuple[str, ...] = ()
    rate: SendingRate | None = None

    def row(self, now_ms: int) -> dict[str, object]:
        """The parameters of a statement that writes it, with new ids."""
        return {
            "id": new_id(IdPrefix.RESOURCE),
            "key": self.key,
            "title": self.title,
            "channels": [str(channel) for channel in self.channels],
            "sender": self.sender,
            "senderName": self.sender_name,
            "requireDoubleOptIn": self.require_double_opt_in,
            "raisePriorityOfNew": self.raise_priority_of_new,
            "onUnknown": self.on_unknown,
            "trackOpens": self.track_opens,
            "trackClicks": self.track_clicks,
            "stopWords": list(self.stop_words),
            "startWords": list(self.start_words),
            "rateMicros": None if self.rate is None else self.rate.micros,
            "burst": None if self.rate is None else self.rate.burst,
            "categories": [_category_row(each) for each in sorted(self.categories, key=lambda each: each.key)],
            "now": now_ms,
        }


async def create_resource(graph: Graph, command: CreateResource, guard: Guard | None, now_ms: int) -> Done:
    """The result holds `resourceId`. Raises Refusal TAKEN where the key is in use."""

    async def work(transaction: Transaction) -> Done:
        return await create_resource_in(transaction, command, now_ms)

    try:
        return await once(graph, guard, now_ms, work)
    except ConstraintViolated:
        raise Refusal(UserError(UserErrorCode.TAKEN, "A resource with this key exists.", ("key",))) from None


async def create_resource_in(transaction: Transaction, command: CreateResource, now_ms: int) -> Done:
    resource_id = await transaction.run(statements.CREATE_RESOURCE, **command.row(now_ms))
    return Done({"resourceId": resource_id})


async def resource_facts(transaction: Transaction, reference: ResourceReference) -> ResourceFacts:
    """Raises Refusal NOT_FOUND."""
    row = await transaction.run(statements.RESOURCE, id=reference.id, key=reference.key)
    if row is None:
        raise Refusal(NO_SUCH_RESOURCE)
    resource_id, channels, categories, requires_double_opt_in, raises_priority_of_new = row
    return ResourceFacts(
        id=resource_id,
        channels=frozenset(Channel(each) for each in channels),
        category_ids={key: id_ for id_, key in categories},
        requires_double_opt_in=requires_double_opt_in,
        raises_priority_of_new=raises_priority_of_new,
    )


def ending_start_words(start_words: Sequence[str], stop_words: Sequence[str]) -> list[UserError]:
    """A word that ends a subscription cannot open it as well."""
    return [
        UserError(UserErrorCode.INVALID, "This word ends a subscription.", ("startWords", str(position)))
        for position, each in enumerate(start_words)
        if keyword(each, stop_words) is Keyword.STOP
    ]


def _category_row(category: NewCategory) -> dict[str, object]:
    return {
        "id": new_id(IdPrefix.CATEGORY),
        "key": category.key,
        "title": category.title,
        "mandatory": category.mandatory,
        "joinedByDefault": category.joined_by_default,
    }
