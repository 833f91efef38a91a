from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from graph.connection import Graph
from graph.errors import Refusal, UserError
from graph.people.reference import ProfileReference, found_person
from graph.statements import subscriptions as resources
from graph.statements import templates as statements
from graph.subscribing.resource import ResourceReference
from graph.templates.known import Past
from graph.templates.template import Checked
from graph.vocabulary import UserErrorCode

PreviewFacts = Mapping[str, Any]


async def latest_content(graph: Graph, template_id: str) -> Checked | None:
    """What the template says in its newest version, archived or not."""
    found = await graph.read(statements.LATEST_CONTENT, id=template_id)
    return None if found is None else Checked.of(found)


async def preview_facts(
    graph: Graph,
    profile: ProfileReference,
    resource: ResourceReference | None,
    data: Mapping[str, Any],
    past: Collection[Past],
) -> PreviewFacts:
    """A row as that of a message is, with what is wanted of the person's `past`.

    Raises Refusal NOT_FOUND or AMBIGUOUS_MATCH.
    """
    profile_id = await found_person(graph.read, profile, "profile")
    resource_id = None
    if resource is not None:
        found = await graph.read(resources.RESOURCE, id=resource.id, key=resource.key)
        if found is None:
            raise Refusal(UserError(UserErrorCode.NOT_FOUND, "No such resource.", ("resource",)))
        resource_id = found[0]
    row: dict[str, Any] | None = await graph.read(
        statements.FACTS_OF_PERSON, profileId=profile_id, resourceId=resource_id, wanted=sorted(past)
    )
    if row is None:
        raise Refusal(UserError(UserErrorCode.NOT_FOUND, "No such profile.", ("profile",)))
    return {**row, "data": orjson.dumps(data).decode()}
