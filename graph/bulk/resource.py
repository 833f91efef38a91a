from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Graph
from graph.ids import IdPrefix, new_id
from graph.statements import bulk_contacts as statements
from graph.vocabulary import Channel


@dataclass(frozen=True, slots=True)
class SyntheticCategory:
    key: str
    title: str
    mandatory: bool = False
    joined_by_default: bool = True


@dataclass(frozen=True, slots=True)
class SyntheticResource:
    key: str
    title: str
    channels: tuple[Channel, ...]
    sender: str
    sender_name: str
    categories: tuple[SyntheticCategory, ...]


async def merge_resource(graph: Graph, resource: SyntheticResource, now_ms: int) -> str:
    """The id of the resource with this key; one that is there stays as it is, and gets what categories it lacks."""
    found: str = await graph.change(
        statements.MERGE_RESOURCE,
        key=resource.key,
        id=new_id(IdPrefix.RESOURCE),
        title=resource.title,
        channels=[channel.value for channel in resource.channels],
        sender=resource.sender,
        senderName=resource.sender_name,
        now=now_ms,
        categories=[
            {
                "key": category.key,
                "id": new_id(IdPrefix.CATEGORY),
                "title": category.title,
                "mandatory": category.mandatory,
                "joinedByDefault": category.joined_by_default,
            }
            for category in sorted(resource.categories, key=lambda each: each.key)
        ],
    )
    return found
