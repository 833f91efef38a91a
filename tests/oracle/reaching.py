"""Whether somebody may be written to, gate by gate: written from the design, beside what the product does."""

from __future__ import annotations

from typing import Any

from tests.oracle.asking import Info, asking
from tests.oracle.filtering import is_resource
from tests.oracle.world import Category, ChannelSubscription, Person, World

_MOST = 100
_OPEN_TO = {
    "MARKETING": ({"SUBSCRIBED"}, {"SUBSCRIBED"}),
    "TRANSACTIONAL": ({"SUBSCRIBED", "UNSUBSCRIBED", "UNCONFIRMED"}, {"SUBSCRIBED", "UNSUBSCRIBED", "UNCONFIRMED"}),
    "CONFIRMATION": ({"SUBSCRIBED", "UNCONFIRMED"}, {"UNCONFIRMED"}),
}
# A verdict: the gate that refuses, in which words, and when that ends.
_Refusal = tuple[str, str, int | None]


def reach(person: Person, info: Info, **arguments: Any) -> dict[str, Any]:
    asked = asking(info)
    at = asked.now if arguments.get("at") is None else arguments["at"]
    purpose, channel, category = (arguments.get(name) for name in ("purpose", "channel", "category"))
    found = [
        each
        for each in sorted(person.subscriptions, key=lambda each: (each.priority, each.id))
        if is_resource(each.resource, arguments["resource"]) and channel in {None, each.channel}
    ][:_MOST]
    refusals = [_refusal(asked.world, person, each, category, str(purpose), at) for each in found]
    verdicts, rank = [], 0
    for each, refusal in zip(found, refusals, strict=True):
        rank += refusal is None
        verdicts.append({"subscription": each, "rank": rank if refusal is None else None, **_shown(refusal)})
    return {**_of_all(refusals), "verdicts": verdicts}


def _of_all(refusals: list[_Refusal | None]) -> dict[str, Any]:
    if not refusals:
        return _shown(("NO_SUBSCRIPTION", "there is no subscription", None))
    refused = [each for each in refusals if each is not None]
    if len(refused) < len(refusals):
        return _shown(None)
    ends = [end for _, _, end in refused if end is not None]
    gate, reason, _ = refused[0]
    return _shown((gate, reason, min(ends) if ends else None))


def _shown(refusal: _Refusal | None) -> dict[str, Any]:
    gate, reason, end = refusal or (None, None, None)
    return {"reachable": refusal is None, "refusedBy": gate, "reason": reason, "retryAt": end}


def _refusal(
    world: World,
    person: Person,
    subscription: ChannelSubscription,
    wanted: dict[str, str] | None,
    purpose: str,
    at: int,
) -> _Refusal | None:
    category = _category(subscription, wanted)
    if wanted is not None and category is None:
        return "CATEGORY", "the resource has no such category", None
    people, subscriptions = _OPEN_TO[purpose]
    if person.status not in people:
        return "PROFILE_STATUS", f"the profile is {person.status}", None
    return (
        _by_status(subscription, subscriptions, purpose, at)
        or (_by_category(subscription, category) if category is not None and purpose == "MARKETING" else None)
        or _by_suppression(world, subscription, at)
    )


def _by_status(subscription: ChannelSubscription, allowed: set[str], purpose: str, at: int) -> _Refusal | None:
    status, until, expires = subscription.status, subscription.suspended_until, subscription.consent_expires_at
    if status == "SUSPENDED" and until is not None and until <= at:
        status = "SUBSCRIBED"
    has_expired = expires is not None and expires <= at
    if status == "SUBSCRIBED" and has_expired:
        status = "UNCONFIRMED"
    if status in allowed or (status == "SUSPENDED" and until is not None and purpose == "TRANSACTIONAL"):
        return None
    if status == "UNCONFIRMED" and has_expired:
        return "CONSENT_EXPIRED", "the consent has expired", None
    return "SUBSCRIPTION_STATUS", f"the subscription is {status}", until if status == "SUSPENDED" else None


def _category(subscription: ChannelSubscription, wanted: dict[str, str] | None) -> Category | None:
    for each in subscription.resource.categories:
        if wanted is not None and wanted.get("id", each.id) == each.id and wanted.get("key", each.key) == each.key:
            return each
    return None


def _by_category(subscription: ChannelSubscription, category: Category) -> _Refusal | None:
    said = subscription.said.get(category.id)
    if category.active is False:
        return "CATEGORY", "the category is not active", None
    if category.mandatory or (said is not None and said.joined):
        return None
    if said is not None:
        return "CATEGORY", "the subscriber has left the category", None
    if category.joined_by_default is False:
        return "CATEGORY", "the subscriber has not joined the category", None
    return None


def _by_suppression(world: World, subscription: ChannelSubscription, at: int) -> _Refusal | None:
    address = subscription.address
    keys = {
        f"{who}:{where}:{channel}"
        for who in (address.id, address.domain)
        for where in ("", subscription.resource.id)
        for channel in ("", subscription.channel)
        if who is not None
    }
    standing = [each for each in world.suppressions if each.key in keys and (each.until is None or each.until > at)]
    if not standing:
        return None
    ends = [each.until for each in standing if each.until is not None]
    return "SUPPRESSION", "the address is suppressed", max(ends) if len(ends) == len(standing) else None
