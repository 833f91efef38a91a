"""Who someone is, in the graph. A plain field is one line: its GraphQL name, and the property that holds it."""

from __future__ import annotations

from graph.people.timezone import effective_timezones
from graph.reading import links
from graph.reading.edges import Edges
from graph.reading.fields import Computed, Connection, Leaf, Near, One, Part, Several, Shape
from graph.reading.history import History
from graph.reading.listing import EDGE_BOUND
from graph.reading.order import Order, SortKey, SortKind
from graph.reading.timeline import Timeline
from graph.reading.values import instant, large, optional, optional_date, optional_instant, value, value_or

_EVENTS = History("Event", "occurredAt", typed="types")
_PURCHASES = History(
    "Purchase",
    "placedAt",
    filters={"statuses": "{v}.status IN {value}", "kinds": "{v}.kind IN {value}"},
)
_MESSAGES = History(
    "Message",
    "createdAt",
    filters={
        "channel": "{v}.channel = {value}",
        "states": "{v}.state IN {value}",
        "purposes": "{v}.purpose IN {value}",
    },
)

_MERGES = History("Merge", "at")

PROFILE = Shape(
    "Profile",
    {
        "id": value("id"),
        "mergedIds": Leaf("[member IN coalesce({v}.memberIds, []) WHERE member <> {v}.id]"),
        "revision": value("revision"),
        "kind": value("kind"),
        "isIdentified": value_or("isIdentified", "false"),
        "isTest": value_or("isTest", "false"),
        "status": value("status"),
        "firstName": optional("firstName"),
        "lastName": optional("lastName"),
        "birthDate": optional_date("birthDate"),
        "sex": optional("sex"),
        "locale": optional("locale"),
        "timezone": optional("timezone"),
        "country": optional("country"),
        "city": optional("city"),
        "createdAt": instant("createdAt"),
        "updatedAt": instant("updatedAt", otherwise="createdAt"),
        "firstSeenAt": instant("firstSeenAt", otherwise="createdAt"),
        "lastSeenAt": optional_instant("lastSeenAt"),
        "identifiers": Connection(
            "Identifier", Edges("MATCH ({p})<-[:IDENTIFIES]-({v})", Order("Identifier.id"), opening=20)
        ),
        "subscriptions": Connection(
            "ChannelSubscription",
            Edges(
                "MATCH ({p})-[:HAS_SUBSCRIPTION]->({v})",
                Order("Subscription.priority", SortKey("{v}.priority", SortKind.INTEGER)),
                filters={
                    "channel": "{v}.channel = {value}",
                    "resource": {
                        "id": "EXISTS { MATCH ({v})-[:OF]->({v}r) WHERE {v}r.id = {value} }",
                        "key": "EXISTS { MATCH ({v})-[:OF]->({v}r) WHERE {v}r.key = {value} }",
                    },
                    "statuses": "{v}.status IN {value}",
                },
                opening=20,
            ),
        ),
        "events": Connection("Event", _EVENTS),
        "purchases": Connection("Purchase", _PURCHASES),
        "messages": Connection("Message", _MESSAGES),
        "timeline": Connection(
            "TimelineEntry",
            Timeline({"EVENT": _EVENTS, "PURCHASE": _PURCHASES, "MESSAGE": _MESSAGES, "MERGE": _MERGES}),
        ),
        "merges": Connection("Merge", _MERGES),
        "effectiveTimezone": Computed(
            "EffectiveTimezone", ("{v}.timezone", "{v}.country"), effective_timezones, required=True
        ),
    },
)

EFFECTIVE_TIMEZONE = Shape("EffectiveTimezone", {"zone": Part(0), "source": Part(1)})

IDENTIFIER = Shape(
    "Identifier",
    {
        "id": value("id"),
        "type": value("type"),
        "namespace": value_or("namespace", "''"),
        "value": optional("value"),
        "masked": value("masked"),
        "profiles": Connection(
            "Profile",
            # An address may be shared by thousands.
            Edges(
                f"MATCH ({{p}})-[:IDENTIFIES]->({{v}}o) WITH {{v}}o LIMIT {EDGE_BOUND + 1} {links.SURVIVORS}",
                Order("Profile.id"),
                opening=1_500,
            ),
        ),
    },
)

SUBSCRIPTION = Shape(
    "ChannelSubscription",
    {
        "id": value("id"),
        "profile": One("Profile", links.PERSON_OF_SUBSCRIPTION),
        "resource": One("Resource", links.RESOURCE_OF_SUBSCRIPTION),
        "channel": value("channel"),
        "address": One("Identifier", links.ADDRESS_OF_SUBSCRIPTION),
        "status": value("status"),
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
        "suspendedUntil": optional_instant("suspendedUntil"),
        "consentExpiresAt": optional_instant("consentExpiresAt"),
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

OPT_IN = Shape(
    "OptInEvidence",
    {
        "at": instant("optInAt"),
        "ip": optional("optInIp"),
        "url": optional("optInUrl"),
        "source": value_or("optInSource", "''"),
        "wording": large("optInWording"),
    },
)

RESOURCE = Shape(
    "Resource",
    {
        "id": value("id"),
        "key": value("key"),
        "title": value("title"),
        "channels": value_or("channels", "[]"),
        "categories": Connection("Category", Edges("MATCH ({p})-[:OFFERS]->({v})", Order("Category.id"))),
        "createdAt": instant("createdAt"),
    },
)

CATEGORY = Shape(
    "Category",
    {
        "id": value("id"),
        "key": value("key"),
        "title": value("title"),
        "resource": One("Resource", links.RESOURCE_OF_CATEGORY),
        "mandatory": value_or("mandatory", "false"),
        "active": value_or("active", "true"),
        "joinedByDefault": value_or("joinedByDefault", "true"),
    },
)
