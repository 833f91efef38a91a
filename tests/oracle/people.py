"""Who someone is: plain resolvers over the world in memory."""

from __future__ import annotations

import json
from typing import Any

from tests.oracle import attributes, orders
from tests.oracle.asking import Info, Resolver, asking
from tests.oracle.filtering import during, is_resource
from tests.oracle.paging import Page, page
from tests.oracle.reaching import reach
from tests.oracle.world import (
    Category,
    ChannelSubscription,
    ConsentRecord,
    Identifier,
    Message,
    Person,
    Resource,
    Said,
    Suppression,
)
from tests.oracle.zones import effective_timezone


def _identifiers(person: Person, info: Info, **arguments: Any) -> Page:
    return page(info, person.identifiers, orders.IDENTIFIERS, arguments)


def _attributes(person: Person, _info: Info, keys: list[str] | None = None) -> list[dict[str, Any]]:
    wanted = sorted(key for key in person.attributes if keys is None or key in keys)
    return [found for key in wanted if (found := attributes.shown(person, key)) is not None]


def _relations(person: Person, info: Info, **arguments: Any) -> Page:
    wanted = arguments.get("type")
    kept = [each for each in person.relations if wanted in {None, each.type}]
    return page(info, kept, orders.RELATIONS, arguments)


def _subscriptions(person: Person, info: Info, **arguments: Any) -> Page:
    channel, statuses, resource = (arguments.get(name) for name in ("channel", "statuses", "resource"))
    kept = [
        each
        for each in person.subscriptions
        if channel in {None, each.channel}
        and (statuses is None or each.status in statuses)
        and (resource is None or is_resource(each.resource, resource))
    ]
    return page(info, kept, orders.SUBSCRIPTIONS, arguments)


def _events(person: Person, info: Info, **arguments: Any) -> Page:
    types = arguments.get("types")
    kept = [
        each
        for each in asking(info).world.events
        if each.profile_id in person.member_ids
        and (types is None or each.type in types)
        and during(each.occurred_at, arguments.get("during"))
    ]
    return page(info, kept, orders.EVENTS.towards(arguments.get("direction")), arguments)


def _purchases(person: Person, info: Info, **arguments: Any) -> Page:
    statuses, kinds = arguments.get("statuses"), arguments.get("kinds")
    kept = [
        each
        for each in asking(info).world.purchases
        if each.profile_id in person.member_ids and during(each.placed_at, arguments.get("during"))
    ]
    order = orders.PURCHASES.towards(arguments.get("direction"))
    if statuses is None and kinds is None:
        return page(info, kept, order, arguments)
    return page(
        info,
        kept,
        order,
        arguments,
        lambda each: (statuses is None or each.status in statuses) and (kinds is None or each.kind in kinds),
    )


def _messages(person: Person, info: Info, **arguments: Any) -> Page:
    channel, states, purposes = (arguments.get(name) for name in ("channel", "states", "purposes"))
    kept = [
        each
        for each in asking(info).world.messages
        if each.profile_id in person.member_ids and during(each.created_at, arguments.get("during"))
    ]
    order = orders.MESSAGES.towards(arguments.get("direction"))
    if channel is None and states is None and purposes is None:
        return page(info, kept, order, arguments)

    def matches(each: Message) -> bool:
        return (
            channel in {None, each.channel}
            and (states is None or each.state in states)
            and (purposes is None or each.purpose in purposes)
        )

    return page(info, kept, order, arguments, matches)


def _consent_history(person: Person, info: Info, **arguments: Any) -> Page:
    kept = [
        each
        for each in asking(info).world.records
        if each.profile_id in person.member_ids and during(each.at, arguments.get("during"))
    ]
    return page(info, kept, orders.CONSENT.towards(arguments.get("direction")), arguments)


def _merges(person: Person, info: Info, **arguments: Any) -> Page:
    kept = [each for each in asking(info).world.merges if each.profile_id in person.member_ids]
    return page(info, kept, orders.MERGES.towards(arguments.get("direction")), arguments)


def _timeline(person: Person, info: Info, **arguments: Any) -> Page:
    kinds = arguments.get("kinds")
    world = asking(info).world
    everything = (
        ("EVENT", world.events),
        ("PURCHASE", world.purchases),
        ("MESSAGE", world.messages),
        ("CONSENT", world.records),
        ("MERGE", world.merges),
    )
    kept = [
        each
        for kind, entries in everything
        if kinds is None or kind in kinds
        for each in entries
        if each.profile_id in person.member_ids and during(orders.instant_of(each), arguments.get("during"))
    ]
    return page(info, kept, orders.TIMELINE.towards(arguments.get("direction")), arguments)


def _people(identifier: Identifier, info: Info, **arguments: Any) -> Page:
    world = asking(info).world
    remaining = {world.survivor(each).id: world.survivor(each) for each in identifier.people}
    return page(info, remaining.values(), orders.PEOPLE_OF_IDENTIFIER, arguments)


def _memberships(subscription: ChannelSubscription, _info: Info) -> list[dict[str, Any]]:
    categories = sorted(subscription.resource.categories, key=lambda each: each.id)
    return [_membership(each, subscription.said.get(each.id)) for each in categories]


def _membership(category: Category, said: Said | None) -> dict[str, Any]:
    default = True if category.joined_by_default is None else category.joined_by_default
    return {
        "category": category,
        "joined": default if said is None else said.joined,
        "explicit": said is not None,
        "since": None if said is None else said.at,
    }


def _opt_in(subscription: ChannelSubscription, _info: Info) -> dict[str, Any] | None:
    if subscription.opt_in_at is None:
        return None
    return {
        "at": subscription.opt_in_at,
        "ip": subscription.opt_in_ip,
        "url": subscription.opt_in_url,
        "source": subscription.opt_in_source or "",
        "wording": subscription.opt_in_wording,
    }


def _status_as_of(subscription: ChannelSubscription, info: Info, at: int) -> str | None:
    own = [each for each in asking(info).world.records if each.subject_id == subscription.id and each.at <= at]
    return max(own, key=lambda each: each.seq).to_status if own else None


def _status_now(subscription: ChannelSubscription, info: Info) -> str:
    status, now = subscription.status, asking(info).now
    pause_is_over = subscription.suspended_until is not None and subscription.suspended_until <= now
    if status == "SUSPENDED" and pause_is_over:
        status = "SUBSCRIBED"
    consent_is_over = subscription.consent_expires_at is not None and subscription.consent_expires_at <= now
    return "UNCONFIRMED" if status == "SUBSCRIBED" and consent_is_over else status


def _history(subscription: ChannelSubscription, info: Info, **arguments: Any) -> Page:
    kept = [each for each in asking(info).world.records if each.about is subscription]
    return page(info, kept, orders.CONSENT.towards(arguments.get("direction")), arguments)


def _suppression(identifier: Identifier, info: Info) -> Suppression | None:
    """Of the address itself, else of its domain; only what stops it for everybody, and still does."""
    now = asking(info).now
    standing = [each for each in asking(info).world.suppressions if each.until is None or each.until > now]
    whole = [each for each in standing if each.resource is None and each.channel is None]
    of_address = [each for each in whole if each.address is identifier]
    of_domain = [each for each in whole if each.domain is not None and each.domain == identifier.domain]
    return next(iter([*of_address, *of_domain]), None)


def _stopped(suppression: Suppression, name: str) -> Any:
    if suppression.domain is not None:
        return suppression.domain
    return getattr(suppression.address, name)


def _evidence(record: ConsentRecord, _info: Info) -> dict[str, Any] | None:
    if record.evidence_at is None:
        return None
    return {
        "at": record.evidence_at,
        "ip": record.evidence_ip,
        "url": record.evidence_url,
        "source": record.evidence_source or "",
        "wording": record.evidence_wording,
    }


def _owner(record: ConsentRecord, info: Info) -> Person | None:
    return None if record.profile_id is None else asking(info).world.person(record.profile_id)


def _device(subscription: ChannelSubscription, _info: Info) -> dict[str, Any] | None:
    found = {
        "type": subscription.device_type,
        "model": subscription.device_model,
        "os": subscription.device_os,
        "osVersion": subscription.device_os_version,
        "appId": subscription.device_app_id,
        "appVersion": subscription.device_app_version,
        "language": subscription.device_language,
    }
    return None if all(value is None for value in found.values()) else found


def _categories(resource: Resource, info: Info, **arguments: Any) -> Page:
    return page(info, resource.categories, orders.CATEGORIES, arguments)


PEOPLE: dict[str, dict[str, Resolver]] = {
    "Profile": {
        "mergedIds": lambda person, _info: [each for each in person.member_ids if each != person.id],
        "isIdentified": lambda person, _info: bool(person.is_identified),
        "isTest": lambda person, _info: bool(person.is_test),
        "updatedAt": lambda person, _info: person.created_at if person.updated_at is None else person.updated_at,
        "firstSeenAt": lambda person, _info: (
            person.created_at if person.first_seen_at is None else person.first_seen_at
        ),
        "effectiveTimezone": lambda person, _info: effective_timezone(person),
        "attribute": lambda person, _info, key: attributes.shown(person, key),
        "attributes": _attributes,
        "relations": _relations,
        "identifiers": _identifiers,
        "subscriptions": _subscriptions,
        "reach": reach,
        "optOuts": lambda person, _info: sorted(person.opt_outs, key=lambda each: each.id),
        "events": _events,
        "purchases": _purchases,
        "messages": _messages,
        "timeline": _timeline,
        "merges": _merges,
        "consentHistory": _consent_history,
    },
    "Relation": {
        "to": lambda relation, info: asking(info).world.survivor(relation.to),
        "properties": lambda relation, _info: json.loads(relation.properties or "{}"),
    },
    "Identifier": {
        "namespace": lambda identifier, _info: identifier.namespace or "",
        "suppression": _suppression,
        "profiles": _people,
    },
    "ChannelSubscription": {
        "profile": lambda subscription, info: asking(info).world.survivor(subscription.person),
        "categories": _memberships,
        "optIn": _opt_in,
        "device": _device,
        "status": _status_now,
        "statusAsOf": _status_as_of,
        "history": _history,
    },
    "Suppression": {
        "pattern": lambda suppression, _info: _stopped(suppression, "value"),
        "masked": lambda suppression, _info: _stopped(suppression, "masked"),
    },
    "ConsentRecord": {
        "kind": lambda _record, _info: "CONSENT",
        "profile": _owner,
        "subscription": lambda record, _info: record.about if isinstance(record.about, ChannelSubscription) else None,
        "source": lambda record, _info: record.source or "",
        "evidence": _evidence,
    },
    "OptOut": {
        "liftedForChannels": lambda opt_out, _info: opt_out.lifted_for_channels or [],
        "liftedForResources": lambda opt_out, _info: opt_out.lifted_for_resources or [],
    },
    "Resource": {
        "channels": lambda resource, _info: resource.channels or [],
        "requireDoubleOptIn": lambda resource, _info: bool(resource.require_double_opt_in),
        "raisePriorityOfNew": lambda resource, _info: resource.raise_priority_of_new is not False,
        "onUnknown": lambda resource, _info: resource.on_unknown or "RETRY",
        "trackOpens": lambda resource, _info: resource.track_opens is not False,
        "trackClicks": lambda resource, _info: resource.track_clicks is not False,
        "stopWords": lambda resource, _info: resource.stop_words or [],
        "startWords": lambda resource, _info: resource.start_words or [],
        "rate": lambda resource, _info: resource.rate_micros,
        "categories": _categories,
    },
    "Category": {
        "mandatory": lambda category, _info: bool(category.mandatory),
        "active": lambda category, _info: category.active is not False,
        "joinedByDefault": lambda category, _info: category.joined_by_default is not False,
    },
}
