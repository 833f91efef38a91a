"""By what one thing is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graph.identifiers import identifier_key
from graph.ids import IdPrefix
from graph.reading.arguments import Arguments, Question, Source
from graph.reading.links import SURVIVOR_ROOT
from graph.reading.listing import only_member
from graph.reading.searched import no_right_to_look
from graph.source_key import source_key
from graph.vocabulary import IdentifierType

# What systems call somebody. All other identifiers say where a person is reached, which is personal data; a type that
# is new is so too until it is named here.
NAMES_OF_SYSTEMS = frozenset(
    {IdentifierType.EXTERNAL, IdentifierType.CUSTOM, IdentifierType.DEVICE, IdentifierType.COOKIE}
)


def _never(value: object) -> bool:
    del value
    return False


@dataclass(frozen=True, slots=True)
class Way:
    """Cypher that binds `{x}` from the value `{value}`, which `value` makes of the argument; null finds nothing.

    `is_personal` says of an argument whether nobody may look by it who may not see personal data.
    """

    match: str
    value: Callable[[Any], object | None]
    is_personal: Question = _never


@dataclass(frozen=True, slots=True)
class Lookup:
    """One thing, found by the one of these ways whose argument is given, directly or inside `by`."""

    shape: str
    ways: Mapping[str, Way]

    def way(self, arguments: Arguments, *, sees_pii: bool) -> tuple[Way, Source] | None:
        """Raises BadArgument where the right to look so is missing."""
        for name, way in self.ways.items():
            if arguments.given(name):
                return _permitted(way, arguments, name, sees_pii=sees_pii)
        member: str | None = arguments.ask("by", only_member)
        if member is None or member not in self.ways:
            return None
        return _permitted(self.ways[member], arguments.within("by"), member, sees_pii=sees_pii)


def _permitted(way: Way, arguments: Arguments, name: str, *, sees_pii: bool) -> tuple[Way, Source]:
    # Who may see everything is not asked, so that one plan serves values of all types.
    if not sees_pii and arguments.ask(name, way.is_personal):
        raise no_right_to_look(arguments)
    return way, arguments.source(name, way.value)


def _text(value: object) -> str:
    return str(value)


def _key_of_identifier(value: Mapping[str, Any]) -> str | None:
    try:
        return identifier_key(IdentifierType(value["type"]), value.get("namespace") or "", value["value"])
    except ValueError:
        # What cannot be such a value belongs to nobody.
        return None


def _says_where_somebody_is_reached(value: Mapping[str, Any]) -> bool:
    return value["type"] not in NAMES_OF_SYSTEMS


def _source_key(name: str) -> Callable[[Mapping[str, Any]], str | None]:
    def key(value: Mapping[str, Any]) -> str | None:
        try:
            return source_key(value.get("source") or "default", value[name])
        except ValueError:
            # Nothing was ever recorded under such a source.
            return None

    return key


def by_id(label: str) -> Way:
    return Way(f"MATCH ({{x}}:{label} {{id: {{value}}}})", _text)


PERSON_BY_ID = Way("MATCH ({x}o:Profile {id: {value}}) " + SURVIVOR_ROOT, _text)
_PERSON_BY_IDENTIFIER = Way(
    # Two are enough to see that the value points to several people.
    "MATCH (:Identifier {key: {value}})-[:IDENTIFIES]->({x}o) " + SURVIVOR_ROOT + " WITH DISTINCT {x} LIMIT 2",
    _key_of_identifier,
    _says_where_somebody_is_reached,
)
_IDENTIFIER_BY_VALUE = Way("MATCH ({x}:Identifier {key: {value}})", _key_of_identifier, _says_where_somebody_is_reached)

LOOKUPS: Mapping[str, Lookup] = {
    "profile": Lookup("Profile", {"id": PERSON_BY_ID, "identifier": _PERSON_BY_IDENTIFIER}),
    "identifier": Lookup("Identifier", {"by": _IDENTIFIER_BY_VALUE}),
    "resource": Lookup("Resource", {"id": by_id("Resource"), "key": Way("MATCH ({x}:Resource {key: {value}})", _text)}),
    "product": Lookup(
        "Product",
        {"id": by_id("Product"), "sku": Way("MATCH ({x}:Product {sourceKey: {value}})", _source_key("sku"))},
    ),
    "purchase": Lookup(
        "Purchase",
        {
            "id": by_id("Purchase"),
            "external": Way("MATCH ({x}:Purchase {sourceKey: {value}})", _source_key("externalId")),
        },
    ),
    "template": Lookup("Template", {"id": by_id("Template"), "key": Way("MATCH ({x}:Template {key: {value}})", _text)}),
    "message": Lookup("Message", {"id": by_id("Message")}),
    "job": Lookup("Job", {"id": by_id("Job")}),
}

# The prefix of an id says what it is the id of.
NODES: Mapping[str, Lookup] = {
    IdPrefix.PROFILE: Lookup("Profile", {"id": PERSON_BY_ID}),
    IdPrefix.IDENTIFIER: Lookup("Identifier", {"id": by_id("Identifier")}),
    IdPrefix.BLOCKED_IDENTIFIER: Lookup("BlockedIdentifier", {"id": by_id("BlockedValue")}),
    IdPrefix.SUBSCRIPTION: Lookup("ChannelSubscription", {"id": by_id("Subscription")}),
    IdPrefix.RESOURCE: Lookup("Resource", {"id": by_id("Resource")}),
    IdPrefix.CATEGORY: Lookup("Category", {"id": by_id("Category")}),
    IdPrefix.EVENT: Lookup("Event", {"id": by_id("Event")}),
    IdPrefix.PURCHASE: Lookup("Purchase", {"id": by_id("Purchase")}),
    IdPrefix.PRODUCT: Lookup("Product", {"id": by_id("Product")}),
    IdPrefix.MESSAGE: Lookup("Message", {"id": by_id("Message")}),
    IdPrefix.MERGE: Lookup("Merge", {"id": by_id("Merge")}),
    IdPrefix.ATTEMPT: Lookup("Attempt", {"id": by_id("Attempt")}),
    IdPrefix.RECEIPT: Lookup("Receipt", {"id": by_id("Receipt")}),
    IdPrefix.RELATION: Lookup("Relation", {"id": by_id("Relation")}),
    IdPrefix.CONSENT_RECORD: Lookup("ConsentRecord", {"id": by_id("ConsentRecord")}),
    IdPrefix.SUPPRESSION: Lookup("Suppression", {"id": by_id("Suppression")}),
    IdPrefix.OUTREACH: Lookup("Outreach", {"id": by_id("Outreach")}),
    IdPrefix.TEMPLATE: Lookup("Template", {"id": by_id("Template")}),
    IdPrefix.JOB: Lookup("Job", {"id": by_id("Job")}),
}


def kind_of_id(identity: object) -> str | None:
    """Which of NODES it may be the id of; None for text that has not the form of an id."""
    prefix = str(identity).partition("_")[0]
    return prefix if prefix in NODES else None


def kinds_of_ids(identities: object) -> tuple[str, ...]:
    """All kinds that some of the ids may be of, each once."""
    given = identities if isinstance(identities, list) else []
    return tuple(dict.fromkeys(kind for each in given if (kind := kind_of_id(each)) is not None))
