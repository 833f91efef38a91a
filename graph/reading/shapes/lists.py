"""The lists that begin at the graph itself."""

from __future__ import annotations

from collections.abc import Callable

from graph.people.attribute_definition import MOST_DEFINITIONS
from graph.reading.edges import Edges
from graph.reading.fields import Connection, Several
from graph.reading.indexed import Indexed
from graph.reading.links import SURVIVORS
from graph.reading.narrowing import MembersFilter
from graph.reading.order import Order, SortKey, SortKind
from graph.reading.people_filter import PeopleFilter
from graph.reading.search_words import address_beginning, beginning, name_beginnings, phone_ending, word_beginnings
from graph.reading.searched import MOST_CANDIDATES, Searched, Way
from graph.statements.migrations import PRODUCT_WORDS, PROFILE_WORDS

_LAST_NAME = Order("Profile.lastName", SortKey("{v}.lastName", SortKind.TEXT, nullable=True), descending=True)
_ONE_MORE = MOST_CANDIDATES + 1


def _words(index: str, query: Callable[[str], str | None], also: str = "") -> Way:
    def found(most: int) -> str:
        return f"CALL db.index.fulltext.queryNodes('{index}', {{value}}, {{limit: {most}}}) YIELD node"

    return Way(
        f"{found(MOST_CANDIDATES)} AS {{v}} WITH {{v}}{also} RETURN {{v}}",
        f"{found(_ONE_MORE)} RETURN count(node) AS more",
        query,
    )


def _owners(condition: str, value: Callable[[str], str | None]) -> Way:
    """Whose values meet it: of so many values, so many owners."""
    found = f"MATCH ({{v}}i:Identifier) WHERE {condition}"
    return Way(
        f"{found} WITH {{v}}i LIMIT {MOST_CANDIDATES} MATCH ({{v}}i)-[:IDENTIFIES]->({{v}}o) "
        f"WITH {{v}}o LIMIT {MOST_CANDIDATES} {SURVIVORS} RETURN {{v}}",
        f"{found} WITH {{v}}i LIMIT {_ONE_MORE} OPTIONAL MATCH ({{v}}i)-[:IDENTIFIES]->({{v}}o) "
        f"WITH {{v}}o, {{v}}i LIMIT {_ONE_MORE} RETURN count(*) AS more",
        value,
    )


_PEOPLE_SEARCH = (
    _words(PROFILE_WORDS, name_beginnings, also=" WHERE {v}.mergedInto IS NULL"),
    _owners("{v}i.key STARTS WITH {value}", address_beginning),
    _owners("{v}i.reversed STARTS WITH {value}", phone_ending),
)
_SKU = "MATCH ({v}:Product) WHERE {v}.sku STARTS WITH {value}"
_PRODUCT_SEARCH = (
    _words(PRODUCT_WORDS, word_beginnings),
    Way(
        f"{_SKU} RETURN {{v}} LIMIT {MOST_CANDIDATES}",
        f"{_SKU} WITH {{v}} LIMIT {_ONE_MORE} RETURN count(*) AS more",
        beginning,
    ),
)

# Lists that are short by nature, and come without pages.
WHOLE_LISTS: dict[str, Several] = {
    "attributeDefinitions": Several(
        "AttributeDefinition",
        Edges(
            # By its index, also where the graph was never counted.
            "MATCH ({v}:AttributeDefinition) USING INDEX {v}:AttributeDefinition(key) WHERE {v}.key IS NOT NULL",
            Order("AttributeDefinition.key", identity="{v}.key"),
        ),
        limit=MOST_DEFINITIONS,
    ),
}
ROOT_LISTS: dict[str, Connection] = {
    "profiles": Connection(
        "Profile",
        Searched(
            Indexed(
                "Profile",
                {
                    "CREATED_AT": Order("Profile.createdAt", SortKey("{v}.createdAt", SortKind.TIME), descending=True),
                    "LAST_SEEN_AT": Order(
                        "Profile.lastSeenAt", SortKey("{v}.lastSeenAt", SortKind.TIME, nullable=True), descending=True
                    ),
                    "LAST_NAME": _LAST_NAME,
                },
                default="CREATED_AT",
                only=("{v}.mergedInto IS NULL",),
                filter=PeopleFilter(),
            ),
            _PEOPLE_SEARCH,
            by_attribute=True,
            is_pii=True,
            pii_orders=frozenset({_LAST_NAME.name}),
        ),
    ),
    "blockedIdentifiers": Connection(
        "BlockedIdentifier",
        Indexed("BlockedValue", {"ID": Order("BlockedIdentifier.id")}, default="ID"),
    ),
    "resources": Connection("Resource", Indexed("Resource", {"ID": Order("Resource.id")}, default="ID")),
    "templates": Connection("Template", Indexed("Template", {"ID": Order("Template.id")}, default="ID")),
    "products": Connection(
        "Product",
        Searched(
            Indexed(
                "Product",
                {"NAME": Order("Product.name", SortKey("{v}.name", SortKind.TEXT, nullable=True))},
                default="NAME",
            ),
            _PRODUCT_SEARCH,
        ),
    ),
    "suppressions": Connection(
        "Suppression",
        Indexed(
            "Suppression",
            {"SINCE": Order("Suppression.since", SortKey("{v}.since", SortKind.TIME), descending=True)},
            default="SINCE",
        ),
    ),
    "messages": Connection(
        "Message",
        Indexed(
            "Message",
            {"CREATED_AT": Order("Message.createdAt", SortKey("{v}.createdAt", SortKind.TIME), descending=True)},
            default="CREATED_AT",
            filter=MembersFilter(
                "createdAt",
                "states",
                "state",
                {
                    "states": "{v}.state IN {value}",
                    "channel": "{v}.channel = {value}",
                    "resource": {
                        "id": "EXISTS { MATCH ({v})-[:TO]->()-[:OF]->({v}r) WHERE {v}r.id = {value} }",
                        "key": "EXISTS { MATCH ({v})-[:TO]->()-[:OF]->({v}r) WHERE {v}r.key = {value} }",
                    },
                },
            ),
        ),
    ),
}
