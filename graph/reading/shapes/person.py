"""Who someone is, in the graph. A plain field is one line: its GraphQL name, and the property that holds it."""

from __future__ import annotations

from graph.instants import text_from_ms
from graph.people.attribute_value import shown_of, text_of
from graph.people.facts import MOST_ATTRIBUTES
from graph.people.timezone import effective_timezones
from graph.reading import links
from graph.reading.edges import Edges
from graph.reading.fields import Computed, Connection, Leaf, Named, Near, One, Part, Reached, Several, Shape
from graph.reading.history import History
from graph.reading.listing import EDGE_BOUND
from graph.reading.order import Order, SortKey, SortKind
from graph.reading.timeline import Timeline
from graph.reading.values import (
    attribute,
    instant,
    json,
    optional,
    optional_date,
    optional_instant,
    value,
    value_or,
)

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

_SUBSCRIPTIONS = Edges(
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
)

_CONSENT = History("ConsentRecord", "at")
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
        "tracked": Near("Tracked", there="{v}.tracked_lastAt.epochMillis"),
        "attribute": Named("Attribute", links.ATTRIBUTE_OF_PERSON, argument="key", there="{v}.key"),
        "attributes": Several(
            "Attribute",
            Edges(
                links.ATTRIBUTES_OF_PERSON,
                Order("Attribute.key", identity="{v}.key"),
                kept=("{v}a", "{v}t"),
                filters={"keys": "{v}.key IN {value}"},
            ),
            limit=MOST_ATTRIBUTES,
        ),
        "createdAt": instant("createdAt"),
        "updatedAt": instant("updatedAt", otherwise="createdAt"),
        "firstSeenAt": instant("firstSeenAt", otherwise="createdAt"),
        "lastSeenAt": optional_instant("lastSeenAt"),
        "identifiers": Connection(
            "Identifier", Edges("MATCH ({p})<-[:IDENTIFIES]-({v})", Order("Identifier.id"), opening=20)
        ),
        "subscriptions": Connection("ChannelSubscription", _SUBSCRIPTIONS),
        "reach": Reached(_SUBSCRIPTIONS),
        "relations": Connection(
            "Relation",
            Edges(
                "MATCH ({p})-[:RELATES]->({v})",
                Order("Relation.id"),
                filters={"type": "{v}.type = {value}"},
                opening=20,
            ),
        ),
        "optOuts": Several("OptOut", Edges("MATCH ({p})-[:OPTED_OUT]->({v})", Order("OptOut.id"))),
        "events": Connection("Event", _EVENTS),
        "purchases": Connection("Purchase", _PURCHASES),
        "messages": Connection("Message", _MESSAGES),
        "consentHistory": Connection("ConsentRecord", _CONSENT),
        "timeline": Connection(
            "TimelineEntry",
            Timeline(
                {
                    "EVENT": _EVENTS,
                    "PURCHASE": _PURCHASES,
                    "MESSAGE": _MESSAGES,
                    "CONSENT": _CONSENT,
                    "MERGE": _MERGES,
                }
            ),
        ),
        "merges": Connection("Merge", _MERGES),
        "effectiveTimezone": Computed(
            "EffectiveTimezone",
            ("{v}.timezone", "{v}.tracked_timezone", "{v}.country"),
            effective_timezones,
        ),
    },
)

EFFECTIVE_TIMEZONE = Shape("EffectiveTimezone", {"zone": Part(0), "source": Part(1)})

TRACKED = Shape(
    "Tracked",
    {
        "ip": optional("tracked_ip"),
        "country": optional("tracked_country"),
        "region": optional("tracked_region"),
        "city": optional("tracked_city"),
        "timezone": optional("tracked_timezone"),
        "browser": optional("tracked_browser"),
        "os": optional("tracked_os"),
        "lastAt": optional_instant("tracked_lastAt"),
    },
)

ATTRIBUTE = Shape(
    "Attribute",
    {
        "key": value("key"),
        "type": value("type"),
        "value": attribute(shown_of),
        "text": attribute(text_of),
        "updatedAt": Leaf("{v}t.epochMillis", text_from_ms),
    },
)

ATTRIBUTE_DEFINITION = Shape(
    "AttributeDefinition",
    {
        "key": value("key"),
        "type": value("type"),
        "values": optional("values"),
        "indexed": value_or("indexed", "false"),
    },
)

RELATION = Shape(
    "Relation",
    {
        "id": value("id"),
        "type": value("type"),
        "to": One("Profile", links.OTHER_OF_RELATION),
        "properties": json("properties"),
        "since": instant("since"),
    },
)

IDENTIFIER = Shape(
    "Identifier",
    {
        "id": value("id"),
        "type": value("type"),
        "namespace": value_or("namespace", "''"),
        "value": optional("value"),
        "masked": value("masked"),
        "suppression": One("Suppression", links.SUPPRESSION_OF_IDENTIFIER, required=False),
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

BLOCKED_IDENTIFIER = Shape(
    "BlockedIdentifier",
    {
        "id": value("id"),
        "type": optional("type"),
        "value": optional("value"),
        "createdAt": instant("createdAt"),
    },
)
