"""One address on one channel of one resource, in the graph, and what hangs on it."""

from __future__ import annotations

from graph.reading import links
from graph.reading.edges import Edges
from graph.reading.fields import Asked, Connection, Leaf, Near, One, Several, Shape
from graph.reading.order import Order, SortKey, SortKind
from graph.reading.values import (
    LARGE,
    instant,
    optional,
    optional_instant,
    value,
)

_DEVICE = (
    "coalesce({v}.deviceType, {v}.deviceModel, {v}.deviceOs, {v}.deviceOsVersion, {v}.deviceAppId, "
    "{v}.deviceAppVersion, {v}.deviceLanguage)"
)

# `effective_status` of graph/consent/running_out.py in the graph's words, which costs the read of one property more: a
# pause and a consent that ran out are over at once, recorded or not.
_AGREED = "CASE WHEN {v}.consentExpiresAt.epochMillis <= {now} THEN 'UNCONFIRMED' ELSE 'SUBSCRIBED' END"
_EFFECTIVE_STATUS = (
    f"CASE {{v}}.status WHEN 'SUBSCRIBED' THEN {_AGREED} WHEN 'SUSPENDED' THEN "
    f"CASE WHEN {{v}}.suspendedUntil.epochMillis <= {{now}} THEN {_AGREED} ELSE 'SUSPENDED' END ELSE {{v}}.status END"
)

SUBSCRIPTION = Shape(
    "ChannelSubscription",
    {
        "id": value("id"),
        "profile": One("Profile", links.PERSON_OF_SUBSCRIPTION),
        "resource": One("Resource", links.RESOURCE_OF),
        "channel": value("channel"),
        "address": One("Identifier", links.ADDRESS_OF_SUBSCRIPTION),
        "status": Leaf(_EFFECTIVE_STATUS),
        "statusAsOf": Asked(
            "at",
            "head(COLLECT { MATCH ({v})<-[:ABOUT]-({v}record:ConsentRecord) WHERE {v}record.subjectId = {v}.id "
            "AND {v}record.at <= datetime({epochMillis: {value}}) "
            "RETURN {v}record.toStatus ORDER BY {v}record.seq DESC LIMIT 1 })",
            weight=2,
        ),
        "priority": value("priority"),
        "categories": Several(
            "CategoryMembership",
            Edges(
                "MATCH ({p})-[:OF]->()-[:OFFERS]->({v}) OPTIONAL MATCH ({p})-[{v}m:LEFT|JOINED]->({v})",
                Order("Category.id"),
                kept=("{v}m",),
            ),
        ),
        "optIn": Near("OptInEvidence", there="{v}.optInAt.epochMillis"),
        "device": Near("Device", there=_DEVICE),
        "pushProvider": optional("pushProvider"),
        "suspendedUntil": optional_instant("suspendedUntil"),
        "consentExpiresAt": optional_instant("consentExpiresAt"),
        "history": Connection(
            "ConsentRecord",
            Edges(
                "MATCH ({p})<-[:ABOUT]-({v})",
                Order("ConsentRecord.at", SortKey("{v}.at", SortKind.TIME), descending=True),
                opening=5,
            ),
        ),
        "createdAt": instant("createdAt"),
    },
)

MEMBERSHIP = Shape(
    "CategoryMembership",
    {
        "category": Near("Category"),
        "joined": Leaf(
            "CASE type({v}m) WHEN 'JOINED' THEN true WHEN 'LEFT' THEN false "
            "ELSE coalesce({v}.joinedByDefault, true) END"
        ),
        "explicit": Leaf("{v}m IS NOT NULL"),
        "since": Leaf("{v}m.at.epochMillis", optional_instant("at").convert, required=False),
    },
)

# Of a subscription, and of a record in the ledger: each has properties that the other one lacks.
OPT_IN = Shape(
    "OptInEvidence",
    {
        "at": instant("optInAt", otherwise="evidenceAt"),
        "ip": Leaf("coalesce({v}.optInIp, {v}.evidenceIp)", required=False),
        "url": Leaf("coalesce({v}.optInUrl, {v}.evidenceUrl)", required=False),
        "source": Leaf("coalesce({v}.optInSource, {v}.evidenceSource, '')"),
        "wording": Leaf("coalesce({v}.optInWording, {v}.evidenceWording)", required=False, weight=LARGE),
    },
)

DEVICE = Shape(
    "Device",
    {
        "type": optional("deviceType"),
        "model": optional("deviceModel"),
        "os": optional("deviceOs"),
        "osVersion": optional("deviceOsVersion"),
        "appId": optional("deviceAppId"),
        "appVersion": optional("deviceAppVersion"),
        "language": optional("deviceLanguage"),
    },
)
