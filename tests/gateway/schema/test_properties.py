from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.api_keys import ALL_SCOPES, Viewer
from gateway.schema.api import SCHEMA
from gateway.schema.context import Context
from graph.connection import Graph
from graph.statement import Statement
from tests.gateway.doubles import World

_EVENTS = Statement("kept_events", "MATCH (event:Event) RETURN collect([event.externalId, event.properties])")
_TRACK = """mutation ($events: [EventInput!]!) {
  trackEvents(input: { idempotencyKey: "k", events: $events }) {
    rows { outcome userErrors { code field message } }
  }
}"""


def event(external_id: str, properties: object) -> dict[str, Any]:
    return {
        "externalId": external_id,
        "type": "page.viewed",
        "occurredAt": "2020-01-01T00:00:00Z",
        "identifiers": [{"type": "COOKIE", "namespace": "web", "value": "anna-cookie"}],
        "properties": properties,
    }


async def test_the_properties_of_an_event_are_an_object(graph: Graph) -> None:
    """JSON as such may also be a single value, which is no set of properties."""
    context = Context.of(replace(World().services(), graph=graph), Viewer("key_1", "API_KEY", ALL_SCOPES), "req_1")
    given = [event("e-1", {"page": "home"}), event("e-2", "home"), event("e-3", 1), event("e-4", None)]
    result = await SCHEMA.execute(_TRACK, variable_values={"events": given}, context_value=context)

    assert result.errors is None
    assert result.data
    refused = {
        "outcome": "REFUSED",
        "userErrors": [{"code": "INVALID", "field": ["properties"], "message": "Must be an object."}],
    }
    created = {"outcome": "CREATED", "userErrors": []}
    assert result.data["trackEvents"]["rows"] == [created, refused, refused, created]
    assert sorted(await graph.read(_EVENTS)) == [["e-1", '{"page": "home"}'], ["e-4", "{}"]]
