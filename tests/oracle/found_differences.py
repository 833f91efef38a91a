"""Every difference between the fast path and the oracle that was ever found, as small as it was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.oracle.cases import Case
from tests.oracle.world import World


def _plain(document: str, **variables: Any) -> Callable[[World], Case]:
    return lambda _world: Case(document, (variables,))


def _membership_without_default(world: World) -> Case:
    category = next(each for each in world.categories if each.joined_by_default is None)
    subscription = next(
        each for each in world.subscriptions if each.resource is category.resource and category.id not in each.said
    )
    parts = "categories { joined explicit since category { joinedByDefault } }"
    return Case(f'{{ node(id: "{subscription.id}") {{ ... on ChannelSubscription {{ {parts} }} }} }}')


def _without_pii(document: str) -> Callable[[World], Case]:
    return lambda world: Case(document.replace("ADDRESS", _address(world)), scopes=frozenset({"profile:read"}))


def _alone(document: str) -> Callable[[World], Case]:
    """Asked by who may see personal data, and nobody it belongs to."""
    return lambda _world: Case(document, scopes=frozenset({"profile:pii"}))


def _address(world: World) -> str:
    return next(each.value for each in world.identifiers if each.type == "EMAIL" and each.value and each.people)


FOUND: Mapping[str, Callable[[World], Case]] = {
    "a category without a default is joined": _membership_without_default,
    "a bad argument beside viewer keeps its path": _plain(
        "{ messages(first: 2) { nodes { attempts(first: 0) { nodes { id } } } } viewer { kind } }"
    ),
    "somebody is found by an address without the right": _without_pii(
        '{ profile(by: {identifier: {type: EMAIL, value: "ADDRESS"}}) { id } }'
    ),
    "an address is found without the right": _without_pii(
        '{ identifier(by: {type: EMAIL, value: "ADDRESS"}) { masked } }'
    ),
    "somebody is found by the name of a system without the right": _without_pii(
        '{ profile(by: {identifier: {type: EXTERNAL, namespace: "crm", value: "0007"}}) { id } }'
    ),
    "what is forbidden beside viewer takes along what may not be null": _alone(
        "{ products(first: 1) { pageInfo { endCursor } } viewer { kind } profiles(first: 1) { nodes { id } } }"
    ),
    "what is forbidden beside viewer and may be null takes nothing along": _alone(
        '{ node(id: "x") { id } products(last: 1) { nodes { sku } } a: suppressions { nodes { id } } viewer { kind } }'
    ),
    "what may not be null is forbidden below what may be, beside viewer": _alone(
        '{ product(by: { sku: { sku: "LAMP-1" } }) { purchases { count { exact } } } viewer { kind } }'
    ),
    "a list of nodes is forbidden beside viewer": _alone(
        '{ product(by: {id: "x"}) { sku } products(first: 1) { nodes { sku } } viewer { kind } nodes(ids: []) { id } }'
    ),
    "a search that is none where nothing is asked below": _plain(
        'query ($v: Boolean = true) { profiles(search: "", first: 3) { nodes @include(if: $v) { id } } }', v=False
    ),
    "a filter that is too large where only the type is asked": _plain(
        "query ($f: ProfileFilter) { profiles(filter: $f) { __typename } }", f={"all": [{}] * 80}
    ),
    "too many types where only the type is asked": _plain(
        "query ($t: [String!]) { profiles(first: 3) { nodes { events(types: $t) { __typename } } } }",
        t=[f"t{number}" for number in range(51)],
    ),
    "people are sorted by name without the right where only the type is asked": _without_pii(
        "{ profiles(orderBy: {field: LAST_NAME}) { __typename } }"
    ),
    "more empty filters than conditions": _plain(
        "query ($f: ProfileFilter) { profiles(first: 3, filter: $f) { nodes { id } } }", f={"all": [{}] * 80}
    ),
    "as many empty filters as conditions": _plain(
        "query ($f: ProfileFilter) { profiles(first: 3, filter: $f) { nodes { id } } }", f={"all": [{}] * 49}
    ),
    "purchases are counted too far": _plain(
        "{ profiles(first: 3, filter: {purchase: {timesAtMost: 1001}}) { nodes { id } } }"
    ),
    "purchases below nothing": _plain(
        "{ profiles(first: 3, filter: {not: {purchase: {timesAtLeast: -1}}}) { nodes { id } } }"
    ),
    "more types than can be asked for": _plain(
        "query ($t: [String!]) { profiles(first: 3) { nodes { events(first: 1, types: $t) { nodes { id } } } } }",
        t=[f"t{number}" for number in range(51)],
    ),
    "an absent order": _plain("query ($o: ProfileOrder) { profiles(orderBy: $o, first: 3) { nodes { id } } }"),
    "an absent filter": _plain("query ($f: MessageFilter) { messages(filter: $f, first: 3) { nodes { id } } }"),
    "absent kinds and span of a timeline": _plain(
        "query ($k: [TimelineKind!], $d: DateTimeRange) "
        "{ profiles(first: 3) { nodes { timeline(kinds: $k, during: $d, first: 2) { nodes { id } } } } }"
    ),
    "an absent span of a history": _plain(
        "query ($d: DateTimeRange) "
        "{ profiles(first: 3) { nodes { purchases(during: $d, statuses: [PAID], first: 2) { nodes { id } } } } }"
    ),
    "a wrong size where only the type is asked": _plain(
        '{ resource(by: {key: "app-one"}) { categories(first: 101) { __typename } } }'
    ),
    "a number is no part of a name": _plain(
        '{ number: profiles(search: "12") { nodes { id } } both: profiles(search: "x 9") { nodes { id } } }'
    ),
    "somebody is asked for without the right beside what lacks a value": _without_pii(
        "{ messages(first: 100) { nodes { outreach { refusedBy } } } "
        'profile(by: {identifier: {type: URL, value: ""}}) { id } }'
    ),
    "a name of two ideographs": _plain('{ profiles(search: "小林") { nodes { id } } }'),
    "a word behind an apostrophe": _plain(
        '{ alone: profiles(search: "brien") { nodes { id } } both: profiles(search: "o brien") { nodes { id } } }'
    ),
}
