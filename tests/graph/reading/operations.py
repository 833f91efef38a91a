"""Operations all of whose arguments are variables, one for each listing and for each way to find something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from graph.reading.compile import Plan, compiled
from graph.reading.draft import Caller
from graph.reading.plans import Plans
from tests.graph.reading import arguments_drawn as drawn
from tests.graph.reading.documents import selections_of, with_slots
from tests.graph.reading.places import CURSORS

CALLER = Caller(CURSORS)
PARTS = "nodes { id } edges { cursor } pageInfo { hasNextPage endCursor }"
_PAGE = "first: $first, last: $last, after: $after, before: $before"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation all of whose arguments are variables, and what each may hold."""

    document: str
    values: Mapping[str, SearchStrategy[Any]]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.values)

    def plans(self) -> Plans:
        return Plans(with_slots(self.document, self.names), CALLER)

    def inlined(self, values: Sequence[object]) -> Plan:
        """What the document with these values written into it is compiled to."""
        by_name = dict(zip(self.names, values, strict=True))
        return compiled(selections_of(self.document, by_name.__getitem__), CALLER)


def _page(order: str, *places: str | int | None) -> dict[str, SearchStrategy[Any]]:
    cursors = drawn.cursors(order, *places)
    return {"first": drawn.sizes, "last": drawn.sizes, "after": cursors, "before": cursors}


def _below_person(field: str, arguments: str = "") -> str:
    listed = f"{field}({arguments} {_PAGE}) {{ {PARTS} count(limit: $limit) {{ value }} }}"
    return f'{{ profile(by: {{id: "prf_1"}}) {{ {listed} }} }}'


OPERATIONS: dict[str, Operation] = {
    "events": Operation(
        _below_person("events", "types: $types, during: $during, direction: $direction,"),
        {
            **_page("Event.occurredAt", 5, 5000),
            "limit": drawn.limits,
            "types": drawn.texts,
            "during": drawn.periods,
            "direction": drawn.directions,
        },
    ),
    "purchases": Operation(
        _below_person("purchases", "statuses: $statuses, kinds: $kinds, during: $during, direction: $direction,"),
        {
            **_page("Purchase.placedAt", 5, 5000),
            "limit": drawn.limits,
            "statuses": drawn.texts,
            "kinds": drawn.texts,
            "during": drawn.periods,
            "direction": drawn.directions,
        },
    ),
    "messages of a person": Operation(
        _below_person(
            "messages",
            "channel: $channel, states: $states, purposes: $purposes, during: $during, direction: $direction,",
        ),
        {
            **_page("Message.createdAt", 5),
            "limit": drawn.limits,
            "channel": drawn.channels,
            "states": drawn.texts,
            "purposes": drawn.texts,
            "during": drawn.periods,
            "direction": drawn.directions,
        },
    ),
    "the timeline": Operation(
        _below_person("timeline", "kinds: $kinds, during: $during, direction: $direction,"),
        {
            **_page("Profile.timeline", 5, 5000),
            "limit": drawn.limits,
            "kinds": drawn.kinds_of_entries,
            "during": drawn.periods,
            "direction": drawn.directions,
        },
    ),
    "subscriptions": Operation(
        _below_person("subscriptions", "channel: $channel, resource: $resource, statuses: $statuses,"),
        {
            **_page("Subscription.priority", 0, 3),
            "limit": drawn.limits,
            "channel": drawn.channels,
            "resource": drawn.resources,
            "statuses": drawn.texts,
        },
    ),
    "a list by id": Operation(
        f"{{ resource(by: $by) {{ categories({_PAGE}) {{ {PARTS} count(limit: $limit) {{ value }} }} }} }}",
        {**_page("Category.id", None), "limit": drawn.limits, "by": drawn.resource_keys},
    ),
    "people": Operation(
        f"""{{ profiles(search: $search, filter: $filter, orderBy: $orderBy, {_PAGE}) {{
        {PARTS} count(limit: $limit) {{ value }} }} }}""",
        {
            **_page("Profile.lastName", "Archer", None),
            "limit": drawn.limits,
            "search": drawn.searches,
            "filter": drawn.people_filters,
            "orderBy": drawn.orders,
        },
    ),
    "people by age": Operation(
        f"{{ profiles(filter: $filter, {_PAGE}) {{ {PARTS} count(limit: $limit) {{ value }} }} }}",
        {**_page("Profile.createdAt", 5, 900), "limit": drawn.limits, "filter": drawn.people_filters},
    ),
    "people last seen": Operation(
        f"{{ profiles(filter: $filter, orderBy: $orderBy, {_PAGE}) {{ {PARTS} }} }}",
        {
            **_page("Profile.lastSeenAt", 5, None),
            "filter": drawn.people_filters,
            "orderBy": st.sampled_from([{"field": "LAST_SEEN_AT", "direction": "ASC"}, {"field": "LAST_SEEN_AT"}]),
        },
    ),
    "products": Operation(
        f"{{ products(search: $search, {_PAGE}) {{ {PARTS} count(limit: $limit) {{ value }} }} }}",
        {**_page("Product.name", "Lamp", None), "limit": drawn.limits, "search": drawn.searches},
    ),
    "messages": Operation(
        f"{{ messages(filter: $filter, {_PAGE}) {{ {PARTS} count(limit: $limit) {{ value }} }} }}",
        {**_page("Message.createdAt", 5), "limit": drawn.limits, "filter": drawn.message_filters},
    ),
    "resources": Operation(
        f"{{ resources({_PAGE}) {{ {PARTS} count(limit: $limit) {{ value }} }} }}",
        {**_page("Resource.id", None), "limit": drawn.limits},
    ),
    "blocked identifiers": Operation(
        f"{{ blockedIdentifiers({_PAGE}) {{ {PARTS} count(limit: $limit) {{ value }} }} }}",
        {**_page("BlockedIdentifier.id", None), "limit": drawn.limits},
    ),
    "things by their keys": Operation(
        """{ node(id: $id) { __typename id ... on Profile { city } ... on Event { value } }
        nodes(ids: $ids) { id ... on Profile { city } ... on Event { value } }
        profile(by: $person) { id } identifier(by: $identifier) { id } resource(by: $resource) { id }
        product(by: $product) { id } purchase(by: $purchase) { id } message(id: $id) { id } }""",
        {
            "id": drawn.ids,
            "ids": drawn.lists_of_ids,
            "person": drawn.people,
            "identifier": drawn.identifiers,
            "resource": drawn.resource_keys,
            "product": drawn.products,
            "purchase": drawn.purchases,
        },
    ),
    "lists in lists": Operation(
        """{ profiles(first: $few, filter: $filter) { nodes { events(first: $few, types: $types) { nodes {
        products { purchases(first: $many, after: $after) { nodes { id } } } } } } } }""",
        {
            "few": st.sampled_from([1, 3, 30, 100]),
            "many": drawn.sizes,
            "after": drawn.cursors("Purchase.placedAt", 5),
            "types": drawn.texts,
            "filter": drawn.people_filters,
        },
    ),
}
