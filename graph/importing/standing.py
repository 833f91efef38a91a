from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import auto
from typing import Any

from graph.connection import Transaction
from graph.consent.running_out import Standing, ran_out
from graph.consent.said_again import is_nobodys_word
from graph.ids import IdPrefix, new_id
from graph.importing.wanted import Spot, Wanted
from graph.statements import importing as statements
from graph.subscribing.open import is_newer
from graph.subscribing.places import changes, lowest_free, with_at
from graph.vocabulary import Channel, IdentifierType, SubscriptionStatus, Word


class Lane(Word):
    """How a wanted subscription is written: with all others, not at all, or by itself because something is there."""

    NEW = auto()
    SAME = auto()
    CONTESTED = auto()


@dataclass(frozen=True, slots=True)
class PresentSubscription:
    standing: Standing
    opt_in_at_ms: int | None
    joined: frozenset[str]
    is_nobodys_word: bool = False

    def has_all(self, wanted: Wanted, priority: int | None) -> bool:
        """Whether nothing of what is wanted is news. What closes an address says no more than that."""
        given, status = wanted.given, self.standing.status
        if ran_out(self.standing, wanted.wish.now_ms):
            return False
        if not wanted.opens:
            return status is wanted.wish.to_status and not self.is_nobodys_word
        is_same_end = given.consent_expires_at_ms in {None, self.standing.consent_expires_at_ms}
        is_same_place = given.priority in {None, priority}
        is_same_status = status in {SubscriptionStatus.SUBSCRIBED, wanted.wish.to_status}
        is_same_consent = not is_newer(given.opt_in, self.opt_in_at_ms)
        has_joined = self.joined.issuperset(wanted.category_ids)
        return is_same_status and is_same_end and is_same_place and is_same_consent and has_joined


@dataclass(slots=True)
class PersonStanding:
    """What a person has before the import, and what the rows so far added to it. A new person has nothing.

    `places` are the priorities of what is listed, by subscription id, for each resource and channel, and `moved` those
    that are others now than before.
    """

    status: SubscriptionStatus = SubscriptionStatus.SUBSCRIBED
    status_cause: str | None = None
    has_opt_outs: bool = False
    listed: dict[Spot, tuple[str, PresentSubscription]] = field(default_factory=dict)
    archived: set[Spot] = field(default_factory=set)
    places: defaultdict[tuple[str, Channel], dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    moved: dict[str, int] = field(default_factory=dict)

    def lane(self, wanted: Wanted) -> Lane:
        found = self.listed.get(wanted.spot)
        is_token = wanted.given.address.type is IdentifierType.PUSH_TOKEN
        if found is not None:
            subscription_id, present = found
            is_same = present.has_all(wanted, self._places_of(wanted).get(subscription_id))
            return Lane.SAME if is_same and not is_token else Lane.CONTESTED
        is_barred = wanted.opens and (self.has_opt_outs or self.status is not SubscriptionStatus.SUBSCRIBED)
        if is_token or is_barred or wanted.spot in self.archived or wanted.category_ids:
            return Lane.CONTESTED
        return Lane.NEW

    def add(self, wanted: Wanted) -> str:
        """Takes a new subscription to be there from now on, and returns its id."""
        subscription_id = new_id(IdPrefix.SUBSCRIPTION)
        places = self._places_of(wanted)
        on_top = wanted.resource.raises_priority_of_new
        asked = wanted.given.priority
        at = asked if asked is not None else 0 if on_top else lowest_free(places)
        # Most have no other one there.
        after = with_at(places, subscription_id, at) if places else {subscription_id: 0}
        self.places[wanted.resource.id, wanted.given.channel] = after
        if len(after) > 1:
            self.moved.update(changes(places, after))
        standing = Standing(wanted.wish.to_status, None, wanted.given.consent_expires_at_ms)
        opt_in_at_ms = wanted.wish.opt_in.at_ms if wanted.wish.opt_in else None
        self.listed[wanted.spot] = (subscription_id, PresentSubscription(standing, opt_in_at_ms, frozenset()))
        return subscription_id

    def _places_of(self, wanted: Wanted) -> dict[str, int]:
        return self.places[wanted.resource.id, wanted.given.channel]


async def standings(
    transaction: Transaction, profile_ids: Collection[str], resource_ids: Collection[str]
) -> dict[str, PersonStanding]:
    """What stands of these people at these resources; the caller holds their locks."""
    if not profile_ids:
        return {}
    rows = await transaction.run(statements.STANDINGS, ids=sorted(profile_ids), resourceIds=sorted(resource_ids))
    return {str(row["id"]): _person(row) for row in rows}


def _person(found: Mapping[str, Any]) -> PersonStanding:
    person = PersonStanding(SubscriptionStatus(found["status"]), found["cause"], found["hasOptOuts"])
    for row in found["held"]:
        channel = Channel(row["channel"])
        spot = Spot(row["resourceId"], channel, row["key"])
        if not row["isListed"]:
            person.archived.add(spot)
            continue
        standing = Standing(SubscriptionStatus(row["status"]), row["suspendedUntil"], row["consentExpiresAt"])
        is_unsaid = is_nobodys_word(standing.status, row["cause"])
        present = PresentSubscription(standing, row["optInAt"], frozenset(row["joined"]), is_unsaid)
        person.listed[spot] = (row["id"], present)
        person.places[spot.resource_id, channel][row["id"]] = row["priority"]
    return person
