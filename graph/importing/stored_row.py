"""A checked row as it waits in the graph for its turn."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from graph.consent.evidence import Evidence
from graph.errors import UserError
from graph.identifiers import IdentifierValue, identifier
from graph.importing.row import ImportedProfile, ImportedSubscription
from graph.people.attribute_change import AttributeChange, AttributeOperation
from graph.people.facts import FieldValue
from graph.people.upsert import UpsertMode
from graph.subscribing.address import Push
from graph.subscribing.resource import CategoryReference, ResourceReference
from graph.vocabulary import Channel, IdentifierType, PushProvider, SubscriptionStatus, UserErrorCode

_DATES = frozenset({"birthDate"})


def rows_to_text(rows: list[ImportedProfile]) -> str:
    return json.dumps([_row_to_json(row) for row in rows], ensure_ascii=False, separators=(",", ":"))


def rows_from_text(text: str) -> list[ImportedProfile]:
    """What `rows_to_text` was given. Raises ValueError, KeyError or TypeError for what it did not write."""
    return [_row_from_json(row) for row in json.loads(text)]


def _row_to_json(row: ImportedProfile) -> dict[str, Any]:
    return {
        "index": row.index,
        "identifiers": [_value(each) for each in row.identifiers],
        "fields": {name: each.isoformat() if isinstance(each, date) else each for name, each in row.fields.items()},
        "attributes": [[each.operation, each.key, each.value] for each in row.attributes],
        "mode": row.mode,
        "matchOn": None if row.match_on is None else sorted(row.match_on),
        "isTest": row.is_test,
        "status": row.status,
        "subscriptions": [_subscription_to_json(each) for each in row.subscriptions],
        "leftOut": [[each.code, each.message, each.field] for each in row.left_out],
    }


def _row_from_json(row: dict[str, Any]) -> ImportedProfile:
    match_on = row["matchOn"]
    return ImportedProfile(
        index=row["index"],
        identifiers=tuple(_identifier(each) for each in row["identifiers"]),
        fields={name: _field(name, each) for name, each in row["fields"].items()},
        attributes=tuple(
            AttributeChange(AttributeOperation(operation), key, each) for operation, key, each in row["attributes"]
        ),
        mode=UpsertMode(row["mode"]),
        match_on=None if match_on is None else frozenset(IdentifierType(each) for each in match_on),
        is_test=row["isTest"],
        status=None if row["status"] is None else SubscriptionStatus(row["status"]),
        subscriptions=tuple(_subscription_from_json(each) for each in row["subscriptions"]),
        left_out=tuple(
            UserError(UserErrorCode(code), message, None if path is None else tuple(path), row["index"])
            for code, message, path in row["leftOut"]
        ),
    )


def _subscription_to_json(given: ImportedSubscription) -> dict[str, Any]:
    opt_in, push = given.opt_in, given.push
    return {
        "resource": [given.resource.id, given.resource.key],
        "channel": given.channel,
        "address": _value(given.address),
        "status": given.status,
        "optIn": None if opt_in is None else [opt_in.at_ms, opt_in.ip, opt_in.url, opt_in.source, opt_in.wording],
        "priority": given.priority,
        "categories": [[each.id, each.key] for each in given.categories],
        "consentExpiresAt": given.consent_expires_at_ms,
        "push": None if push is None else [push.provider, push.p256dh, push.auth],
    }


def _subscription_from_json(row: dict[str, Any]) -> ImportedSubscription:
    return ImportedSubscription(
        resource=ResourceReference(*row["resource"]),
        channel=Channel(row["channel"]),
        address=_identifier(row["address"]),
        status=SubscriptionStatus(row["status"]),
        opt_in=None if row["optIn"] is None else Evidence(*row["optIn"]),
        priority=row["priority"],
        categories=tuple(CategoryReference(*each) for each in row["categories"]),
        consent_expires_at_ms=row["consentExpiresAt"],
        push=None if row["push"] is None else _push(*row["push"]),
    )


def _value(given: IdentifierValue) -> list[str]:
    return [given.type, given.namespace, given.value]


def _identifier(given: list[str]) -> IdentifierValue:
    kind, namespace, value = given
    return identifier(IdentifierType(kind), namespace, value)


def _field(name: str, given: str | None) -> FieldValue:
    return date.fromisoformat(given) if given is not None and name in _DATES else given


def _push(provider: str | None, p256dh: str | None, auth: str | None) -> Push:
    return Push(None if provider is None else PushProvider(provider), p256dh, auth)
