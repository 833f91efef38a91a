from __future__ import annotations

from graph.connection import Graph
from graph.statements import bulk_contacts as statements
from graph.subscribing.resource import CreateResource


async def merge_resource(graph: Graph, resource: CreateResource, now_ms: int) -> str:
    """The id of the resource with this key, marked synthetic where it is made now.

    One that is there stays as it is, and gets what categories it lacks.
    """
    found: str = await graph.change(statements.MERGE_RESOURCE, **resource.row(now_ms))
    return found
