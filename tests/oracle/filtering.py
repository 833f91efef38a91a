"""Which people a filter keeps. Siblings are ANDed; what is null is as if it were absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import gt, lt
from typing import Any

from tests.oracle import attributes
from tests.oracle.asking import Info, asking
from tests.oracle.world import ChannelSubscription, Person, Purchase, Resource

_DEEPEST, _MOST, _MOST_TIMES = 5, 50, 1_000

Given = Mapping[str, Any]


def is_too_large(given: Given) -> bool:
    """Whether its conditions stand too deep, are too many, or count purchases too far, or below nothing.

    What is null is no condition; a filter without any is one itself.
    """
    depth, conditions = _extent(given)
    return depth > _DEEPEST or conditions > _MOST or _counts_too_far(given)


def _extent(given: Given) -> tuple[int, int]:
    own = [name for name, value in given.items() if value is not None]
    below = [_extent(each) for each in _parts(given)]
    return 1 + max((depth for depth, _ in below), default=0), (len(own) or 1) + sum(count for _, count in below)


def _parts(given: Given) -> list[Given]:
    parts = [*(given.get("all") or []), *(given.get("any") or [])]
    return parts if given.get("not") is None else [*parts, given["not"]]


def _counts_too_far(given: Given) -> bool:
    bought = given.get("purchase") or {}
    times = [bought[name] for name in ("timesAtLeast", "timesAtMost") if bought.get(name) is not None]
    return not all(0 <= each <= _MOST_TIMES for each in times) or any(map(_counts_too_far, _parts(given)))


def keeps(info: Info, person: Person, given: Given) -> bool:
    return all(_CONDITIONS[name](info, person, value) for name, value in given.items() if value is not None)


def during(instant: int | None, given: Given | None) -> bool:
    """The beginning belongs to a span, its end does not. A span without ends holds everything."""
    start, end = (None, None) if given is None else (given.get("from"), given.get("before"))
    if instant is None:
        return start is None and end is None
    return (start is None or instant >= start) and (end is None or instant < end)


def is_resource(resource: Resource, given: Given) -> bool:
    return resource.id == given.get("id") or resource.key == given.get("key")


def _attribute(person: Person, given: Given) -> bool:
    key = given["key"]
    conditions: dict[str, Callable[[Any], bool]] = {
        "equals": lambda wanted: attributes.equals(person, key, wanted),
        "in": lambda wanted: any(attributes.equals(person, key, each) for each in wanted),
        "over": lambda wanted: attributes.compares(person, key, wanted, gt),
        "under": lambda wanted: attributes.compares(person, key, wanted, lt),
        "exists": lambda wanted: (key in person.attributes) is wanted,
    }
    return all(met(given[name]) for name, met in conditions.items() if given.get(name) is not None)


def _subscribed(subscription: ChannelSubscription, given: Given) -> bool:
    return (
        given.get("channel") in {None, subscription.channel}
        and (given.get("resource") is None or is_resource(subscription.resource, given["resource"]))
        and (given.get("statuses") is None or subscription.status in given["statuses"])
    )


def _bought(info: Info, person: Person, given: Given) -> bool:
    purchases = [each for each in asking(info).world.purchases if each.profile_id in person.member_ids]
    times = sum(_is_purchase(each, given) for each in purchases)
    most = given.get("timesAtMost")
    return times >= given["timesAtLeast"] and (most is None or times <= most)


def _is_purchase(purchase: Purchase, given: Given) -> bool:
    over = given.get("totalOver")
    if over is not None and (purchase.currency != over["currency"] or purchase.total_micros <= over["amount"]):
        return False
    return during(purchase.placed_at, given.get("during"))


Condition = Callable[[Info, Person, Any], bool]

_CONDITIONS: Mapping[str, Condition] = {
    "all": lambda info, person, given: all(keeps(info, person, each) for each in given),
    "any": lambda info, person, given: any(keeps(info, person, each) for each in given),
    "not": lambda info, person, given: not keeps(info, person, given),
    "kinds": lambda _info, person, given: person.kind in given,
    "statuses": lambda _info, person, given: person.status in given,
    "countries": lambda _info, person, given: person.country in given,
    "createdAt": lambda _info, person, given: during(person.created_at, given),
    "lastSeenAt": lambda _info, person, given: during(person.last_seen_at, given),
    "isTest": lambda _info, person, given: bool(person.is_test) is given,
    "hasIdentifier": lambda _info, person, given: any(each.type == given for each in person.identifiers),
    "attribute": lambda _info, person, given: _attribute(person, given),
    "subscription": lambda _info, person, given: (
        any(_subscribed(each, given) for each in person.subscriptions) is given["exists"]
    ),
    "purchase": _bought,
}
