"""What is true of somebody now, in the words of templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from graph.connection import Graph
from graph.instants import text_from_ms
from graph.people.attribute_value import shown
from graph.sending.content import Content
from graph.statements import templates as statements
from graph.templates.known import ATTRIBUTES, DATA, NOW, PROFILE, RESOURCE, SUBSCRIPTION
from graph.templates.stored import content
from graph.vocabulary import AttributeType, Channel

Values = Mapping[str, object]


class Known(dict[str, object]):
    """What is not there is nothing: whether a name is known was looked at when the template was saved."""

    def __missing__(self, name: str) -> None:
        return None


async def versions(graph: Graph, ids: Iterable[str]) -> dict[str, Content]:
    """The contents of these versions of templates, by their ids; none of them ever changes."""
    # Where it was written: a copy of the graph may not have it yet.
    rows = await graph.change(statements.VERSIONS, ids=sorted(set(ids)))
    return {row["id"]: content(row) for row in rows}


async def facts_of_messages(graph: Graph, ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """A row for each of these messages, by its id, that `values` takes."""
    rows = await graph.change(statements.FACTS_OF_MESSAGES, ids=sorted(ids))
    return {row["id"]: row for row in rows}


def values(row: Mapping[str, Any], channel: Channel, leave_url: str | None, now_ms: int) -> Values:
    """What a template is rendered with. The row's `data` is JSON."""
    profile = row["profile"]
    created_at = profile["createdAt"]
    return {
        PROFILE: Known({**profile, "createdAt": None if created_at is None else text_from_ms(created_at)}),
        ATTRIBUTES: Known({key: shown(AttributeType(type_), value) for key, type_, value in row["attributes"]}),
        RESOURCE: Known(row["resource"]),
        SUBSCRIPTION: Known({"channel": str(channel), "leaveUrl": leave_url}),
        DATA: orjson.loads(row["data"] or "{}"),
        NOW: text_from_ms(now_ms),
    }
