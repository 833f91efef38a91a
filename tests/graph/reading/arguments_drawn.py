"""What a request may hold for each kind of argument, good and bad, drawn at random."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from graph.reading.cursor import Cursors
from tests.graph.reading.places import CURSORS

Drawn = SearchStrategy[Any]

_FORGED = Cursors(b"the key of somebody else")
_TEXTS = st.sampled_from(["a", "b", "view", "", "Zoë", "x' OR 1=1"])

sizes: Drawn = st.none() | st.sampled_from([1, 2, 20, 99, 100]) | st.sampled_from([0, 101, -1])
limits: Drawn = st.sampled_from([1, 7, 10_000, 0, 10_001])
directions: Drawn = st.sampled_from(["ASC", "DESC"])
texts: Drawn = st.none() | st.lists(_TEXTS, max_size=4)
kinds_of_entries: Drawn = st.none() | st.lists(st.sampled_from(["EVENT", "PURCHASE", "MESSAGE"]), max_size=4)
channels: Drawn = st.none() | st.sampled_from(["EMAIL", "SMS"])
resources: Drawn = (
    st.none()
    | st.builds(lambda key: {"key": key}, _TEXTS)
    | st.just({"id": "res_1"})
    | st.just({"id": "res_1", "key": None})
)
_instants = st.none() | st.integers(0, 10**12)
_bounds = st.fixed_dictionaries({}, optional={"from": _instants, "before": _instants})
periods: Drawn = st.none() | _bounds
searches: Drawn = st.none() | st.sampled_from(
    ["", "ann", "a", "ann@example.com", "0770 900", "!!", "12", "tier:gold", "level:5", "tier:", "x" * 100, "x" * 101]
)
orders: Drawn = st.none() | st.builds(
    lambda field, rest: {"field": field, **rest},
    st.sampled_from(["CREATED_AT", "LAST_SEEN_AT", "LAST_NAME"]),
    st.sampled_from([{}, {"direction": "ASC"}, {"direction": "DESC"}]),
)
ids: Drawn = st.sampled_from(["prf_1", "evt_1", "res_2", "pro_3", "out_1", "att_1", "?", "", "key_1", "prf_2", "msg_9"])
lists_of_ids: Drawn = st.lists(ids, max_size=6) | st.just(["prf_1"] * 101)
_identifiers = st.sampled_from(
    [
        {"type": "EMAIL", "namespace": "", "value": "Ann@Example.com"},
        {"type": "EMAIL", "namespace": "", "value": "nobody"},
        {"type": "EXTERNAL", "namespace": "shop", "value": "7"},
    ]
)
people: Drawn = st.builds(lambda each: {"id": each}, ids) | st.builds(lambda each: {"identifier": each}, _identifiers)
identifiers: Drawn = _identifiers
products: Drawn = st.builds(lambda each: {"id": each}, ids) | st.sampled_from(
    [{"sku": {"source": "shop", "sku": "lamp"}}, {"sku": {"source": "", "sku": "lamp"}}]
)
purchases: Drawn = st.builds(lambda each: {"id": each}, ids) | st.just({"external": {"source": "s", "externalId": "1"}})
resource_keys: Drawn = st.sampled_from([{"id": "res_1"}, {"key": "news"}, {"key": "offers"}])
message_filters: Drawn = st.none() | st.fixed_dictionaries(
    {}, optional={"states": texts, "channel": channels, "resource": resources, "during": periods}
)


def cursors(order_name: str, *values: str | int | None) -> Drawn:
    """Places in lists of this order, one of another order, and garbage."""
    places = [CURSORS.at(order_name, value, identity) for value in values for identity in ("a_1", "b_2")]
    bad = [
        "",
        "garbage",
        CURSORS.at("Other.order", 1, "a_1"),
        _FORGED.at(order_name, 1, "a"),
    ]
    return st.none() | st.sampled_from(places) | st.sampled_from(bad)


_json = st.sampled_from(["gold", 7, 2.5, True])
_attributes = st.builds(
    lambda key, rest: {"key": key, **rest},
    st.sampled_from(["tier", "level"]),
    st.fixed_dictionaries(
        {},
        optional={
            "equals": st.none() | _json | st.sampled_from([{"an": "object"}, ["a", "list"]]),
            "in": st.none() | st.lists(_json, max_size=3),
            "over": st.none() | _json,
            "under": st.none() | _json,
            "exists": st.none() | st.booleans(),
        },
    ),
)
_amounts = st.none() | st.fixed_dictionaries(
    {"amount": st.sampled_from(["0", "12.50", "100"]), "currency": st.sampled_from(["GBP", "EUR"])}
)
_bought = st.fixed_dictionaries(
    {"timesAtLeast": st.sampled_from([1, 0, 3])},
    optional={"totalOver": _amounts, "during": periods, "timesAtMost": st.none() | st.sampled_from([0, 5])},
)
_subscribed = st.fixed_dictionaries(
    {"exists": st.booleans()}, optional={"channel": channels, "resource": resources, "statuses": texts}
)
_plain_conditions = st.fixed_dictionaries(
    {},
    optional={
        "kinds": texts,
        "statuses": texts,
        "countries": texts,
        "createdAt": periods,
        "lastSeenAt": periods,
        "hasIdentifier": st.none() | st.sampled_from(["EMAIL", "PHONE"]),
        "attribute": st.none() | _attributes,
        "subscription": st.none() | _subscribed,
        "purchase": st.none() | _bought,
        "isTest": st.none() | st.booleans(),
    },
)


def _wider(below: Drawn) -> Drawn:
    return st.builds(
        lambda plain, rest: {**plain, **rest},
        _plain_conditions,
        st.fixed_dictionaries(
            {},
            optional={"all": st.lists(below, max_size=2), "any": st.lists(below, max_size=2), "not": st.none() | below},
        ),
    )


_TOO_DEEP: dict[str, Any] = {"not": {"not": {"not": {"not": {"not": {"isTest": True}}}}}}
_TOO_MANY: dict[str, Any] = {"any": [{"isTest": True}] * 50}
people_filters: Drawn = (
    st.none() | st.recursive(_plain_conditions, _wider, max_leaves=6) | st.sampled_from([_TOO_DEEP, _TOO_MANY])
)
