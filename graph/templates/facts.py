"""What is true of somebody now, in the words of templates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson

from graph.connection import Graph
from graph.instants import text_from_ms
from graph.people.attribute_value import shown
from graph.statements import templates as statements
from graph.templates.known import (
    ATTRIBUTES,
    DATA,
    LAST_PURCHASE,
    NOW,
    PROFILE,
    RESOURCE,
    SUBSCRIPTION,
    VIEWED_PRODUCTS,
    Past,
)
from graph.templates.template import Checked
from graph.vocabulary import AttributeType, Channel

Values = Mapping[str, object]


class Known(dict[str, object]):
    """What is not there is nothing: whether a name is known was looked at when the template was saved."""

    def __missing__(self, name: str) -> None:
        return None


async def versions(graph: Graph, ids: Iterable[str]) -> dict[str, Checked]:
    """These versions of templates, by their ids; none of them ever changes."""
    # Where it was written: a copy of the graph may not have it yet.
    rows = await graph.change(statements.VERSIONS, ids=sorted(set(ids)))
    return {row["id"]: Checked.of(row) for row in rows}


async def facts_of_messages(graph: Graph, past: Mapping[str, Collection[Past]]) -> dict[str, Mapping[str, Any]]:
    """A row for each of these messages, by its id, that `values` takes; with what of `past` its template names."""
    messages = [{"id": message_id, "wanted": sorted(wanted)} for message_id, wanted in sorted(past.items())]
    rows = await graph.change(statements.FACTS_OF_MESSAGES, messages=messages)
    return {row["id"]: row for row in rows}


def values(row: Mapping[str, Any], channel: Channel, leave_url: str | None, now_ms: int) -> Values:
    """What a template is rendered with. The row's `data` is JSON."""
    purchase = row["lastPurchase"]
    return {
        PROFILE: Known(_at(row["profile"], "createdAt")),
        ATTRIBUTES: Known({key: shown(AttributeType(type_), value) for key, type_, value in row["attributes"]}),
        RESOURCE: Known(row["resource"]),
        SUBSCRIPTION: Known({"channel": str(channel), "leaveUrl": leave_url}),
        DATA: orjson.loads(row["data"] or "{}"),
        NOW: text_from_ms(now_ms),
        # No `Known`: a name that is not there and was not seen when the template was saved is a fault.
        VIEWED_PRODUCTS: [_at(each, "viewedAt") for each in row["viewedProducts"]],
        LAST_PURCHASE: None if purchase is None else _at(purchase, "placedAt"),
    }


def _at(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """With that time as text."""
    at_ms = found[name]
    return {**found, name: None if at_ms is None else text_from_ms(at_ms)}
