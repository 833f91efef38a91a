"""Mistakes that a compiler of reads can make, each put into ours on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from graph.reading import lookups, objects, period
from graph.reading.cut import Count, Entries, Place
from graph.reading.edges import Edges
from graph.reading.fields import Connection, Field, Money, One
from graph.reading.history import History
from graph.reading.indexed_edges import IndexedEdges
from graph.reading.keyset import Keyset
from graph.reading.lookups import LOOKUPS
from graph.reading.order import Order, SortKey, SortKind
from graph.reading.people_conditions import ConditionWriter
from graph.reading.plans import Fork, Plans
from graph.reading.roots import InOrder
from graph.reading.shapes import SHAPES
from graph.reading.timeline import Timeline
from graph.reading.values import optional_instant, value
from graph.selection import Withheld

Sow = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """`aims` are fields and arguments that are likely to show it."""

    sow: Sow
    aims: frozenset[str]


def _fault(aims: str, sow: Sow) -> Fault:
    return Fault(sow, frozenset(aims.split()))


def _field(shape: str, name: str, field: Field) -> Sow:
    return lambda patch: patch.setitem(SHAPES[shape].fields, name, field)


def _edges(shape: str, name: str, change: Callable[[Edges], Edges]) -> Sow:
    connection = SHAPES[shape].fields[name]
    assert isinstance(connection, Connection)
    assert isinstance(connection.listing, Edges)
    return _field(shape, name, Connection(connection.shape, change(connection.listing)))


def _method(owner: type, name: str, wrong: Callable[..., Any]) -> Sow:
    return lambda patch: patch.setattr(owner, name, wrong)


def _order_by_key_alone(order: Order, variable: str, *leading: str, down: bool) -> str:
    keys = [*leading, order.key.of(variable) if order.key else order.id_of(variable)]
    return ", ".join(f"{key} {'DESC' if down else 'ASC'}" for key in keys)


def _more_where_the_page_is_just_full(entries: Entries, row: Any, parameters: Any) -> Any:
    rows, is_after, is_before, start, end = _ENTRIES_OF(entries, row, parameters)
    is_full = entries.looks_ahead and len(row[entries.column]) == parameters[entries.wanted] - 1
    return (rows, is_after or (is_full and not entries.backward), is_before, start, end)


def _never_a_page_before(entries: Entries, row: Any, parameters: Any) -> Any:
    rows, has_next, _, start, end = _ENTRIES_OF(entries, row, parameters)
    return rows, has_next, False, start, end


def _id_for_value(place: Place, row: Any) -> str:
    return place.at(row[place.identity], row[place.identity])


def _exact_one_too_early(count: Count, row: Any, parameters: Any) -> tuple[int, bool]:
    matching, looked_at = row[count.column]
    limit = parameters[count.wanted] - 1
    return min(matching, limit), looked_at < limit


def _bound_without_ties(keyset: Keyset, stop: Any) -> list[str]:
    return _UP_TO(keyset, stop)[:1]


def _types_as_often_as_named(history: History, request: Any) -> Any:
    if history.typed is None or not request.arguments.given(history.typed):
        return None
    return request.arguments.source(history.typed, sorted)


def _any_plan_will_do(plans: Plans, values: Any) -> Any:
    found = plans._root  # noqa: SLF001  # A mistake is made in its inside.
    while isinstance(found, Fork):
        found = next(iter(found.ways.values()))
    return _PLANS_KNOWN(plans, values) or found


def _blank_is_shown(scope: Any, shape: Any, selection: Any, path: Any) -> Any:
    if selection.withheld is Withheld.BLANK:
        selection = replace(selection, withheld=None)
    return _FIELD_READING(scope, shape, selection, path)


def _everybody_may_look(way: Any, arguments: Any, name: str, *, sees_pii: bool) -> Any:
    del sees_pii
    return way, arguments.source(name, way.value)


def _as_they_were_found(in_order: InOrder, row: Any, trail: Any) -> Any:
    trail.parameters = {**trail.parameters, in_order.asked: sorted(trail.parameters[in_order.asked])}
    return _IN_ORDER_READ(in_order, row, trail)


def _not_of_unknown(writer: Any, below: Any, path: Any) -> list[str]:
    return [f"NOT {writer._together(below, path)}"]  # noqa: SLF001  # A mistake is made in its inside.


def _one_of_several(patch: pytest.MonkeyPatch) -> None:
    ways: Any = LOOKUPS["profile"].ways
    way = ways["identifier"]
    patch.setitem(ways, "identifier", replace(way, match=way.match.replace("LIMIT 2", "LIMIT 1")))


def _nodes_sorted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(InOrder, "read", _as_they_were_found)
    patch.setattr(InOrder, "source", lambda _in_order, code, _row, _nothing: code.give_up)


def _kinds_by_the_first_named(patch: pytest.MonkeyPatch) -> None:
    connection = SHAPES["Profile"].fields["purchases"]
    assert isinstance(connection, Connection)
    listing: Any = connection.listing
    filters = {**listing.filters, "kinds": "{v}.kind = {value}[0]"}
    _field("Profile", "purchases", Connection("Purchase", replace(listing, filters=filters)))(patch)


_ENTRIES_OF = Entries.of
_UP_TO = Keyset._up_to  # noqa: SLF001  # A mistake is made in its inside.
_PLANS_KNOWN = Plans.known
_FIELD_READING = objects._field_reading  # noqa: SLF001  # A mistake is made in its inside.
_IN_ORDER_READ = InOrder.read
_NEWEST_FIRST = Order("Profile.timeline", SortKey("{v}t", SortKind.TIME), descending=True)
_SURVIVING = "WITH DISTINCT coalesce("

FAULTS: dict[str, Fault] = {
    "the direction that is asked for is ignored": _fault(
        "profile profiles events nodes id direction orderBy", _method(Order, "towards", lambda order, _direction: order)
    ),
    "ties are not broken": _fault("profile events subscriptions nodes id", _method(Order, "by", _order_by_key_alone)),
    "a page that is just full has a next one": _fault(
        "profile events pageInfo hasNextPage first during", _method(Entries, "of", _more_where_the_page_is_just_full)
    ),
    "no page has one before it": _fault(
        "profile events pageInfo hasPreviousPage after before", _method(Entries, "of", _never_a_page_before)
    ),
    "a cursor holds the wrong column": _fault("profile events edges cursor", _method(Place, "of", _id_for_value)),
    "a page does not end at its other cursor": _fault(
        "profile events messages nodes id before", _method(Keyset, "_up_to", lambda _keyset, _stop: [])
    ),
    "a page does not end among the ties of its other cursor": _fault(
        "messages products nodes id before", _method(Keyset, "_up_to", _bound_without_ties)
    ),
    "a count is exact one too early": _fault(
        "profile events identifiers subscriptions count exact limit", _method(Count, "of", _exact_one_too_early)
    ),
    "an event belongs to the merged profile": _fault(
        "profile events nodes id",
        _field("Event", "profile", One("Profile", "MATCH ({x}:Profile {id: {v}.profileId}) RETURN {x} LIMIT 1")),
    ),
    "a history is that of the last id alone": _fault(
        "profile events nodes id",
        _method(
            History, "_people", lambda _history, request, **_: f"UNWIND [{request.parent}.id] AS {request.variable}m"
        ),
    ),
    "a time is another's": _fault(
        "messages nodes sentAt", _field("Message", "sentAt", optional_instant("deliveredAt"))
    ),
    "a default is missing": _fault("profile events nodes isTest", _field("Event", "isTest", value("isTest"))),
    "an amount is cut": _fault(
        "profile purchases nodes total amount",
        _field("Purchase", "total", Money("{v}.totalMicros / 1000000 * 1000000")),
    ),
    "a purchase with two lines of a product is counted twice": _fault(
        "products nodes purchases count value",
        _method(
            IndexedEdges,
            "unordered",
            lambda _edges, request: f"MATCH ({request.parent})<-[:CONTAINS]-({request.variable})",
        ),
    ),
    "a person with two merged ids is there twice": _fault(
        "identifier profiles nodes id",
        _edges(
            "Identifier",
            "profiles",
            lambda edges: replace(edges, match=edges.match.replace(_SURVIVING, "WITH coalesce(")),
        ),
    ),
    "a filter looks at the first value only": _fault("profile purchases nodes id kinds", _kinds_by_the_first_named),
    "a type named twice gives its events twice": _fault(
        "profile events nodes id types", _method(History, "_types", _types_as_often_as_named)
    ),
    "what has no sort value is lost": _fault(
        "profiles products nodes id orderBy", _method(Keyset, "of_nulls", lambda _keyset: None)
    ),
    "what has no sort value comes first in a search": _fault(
        "profiles products nodes id search",
        _method(Order, "of_candidates", lambda order, v, *, backward: order.by(v, down=order.descending != backward)),
    ),
    "the contrary of the unknown is unknown": _fault(
        "profiles filter not attribute nodes id",
        lambda patch: patch.setitem(ConditionWriter._WRITERS, "not", _not_of_unknown),  # noqa: SLF001  # A mistake in its inside.
    ),
    "a period leaves its first instant out": _fault(
        "profile timeline nodes id during",
        lambda patch: patch.setitem(period._SIGNS, "from", ">"),  # noqa: SLF001  # A mistake is made in its inside.
    ),
    "one of several people is shown": _fault("profile id", _one_of_several),
    "a plan serves values of another shape": _fault(
        "profile events nodes id during types", _method(Plans, "known", _any_plan_will_do)
    ),
    "personal data is shown without the right": _fault(
        "profile firstName lastName", lambda patch: patch.setattr(objects, "_field_reading", _blank_is_shown)
    ),
    "people are found by addresses without the right": _fault(
        "profile identifier by id masked", lambda patch: patch.setattr(lookups, "_permitted", _everybody_may_look)
    ),
    "several things come in another order": _fault("nodes id", _nodes_sorted),
    "a timeline is always the newest first": _fault(
        "profile timeline nodes id direction", _method(Timeline, "order", lambda _timeline, _arguments: _NEWEST_FIRST)
    ),
}
