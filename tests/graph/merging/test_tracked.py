"""What devices told of two people, when the two become one and are two again."""

from __future__ import annotations

from typing import Any

import pytest_asyncio

from graph.connection import Graph
from graph.history.events import NewEvent, track_events
from graph.identifiers import identifier
from graph.merging.merge import MergeProfiles, merge_profiles
from graph.merging.settings import MergeSettings
from graph.merging.split import SplitProfiles, split_profiles
from graph.people.reference import ProfileReference
from graph.people.tracked import Device
from graph.vocabulary import IdentifierType
from tests.graph.merging.people import People, patient

NOW = 1_790_000_000_000
ADDRESS = identifier(IdentifierType.EMAIL, "", "ann@example.com")
TRACKED = patient(
    "tracked",
    """
    MATCH (p:Profile {id: $id})
    RETURN [p.tracked_ip, p.tracked_timezone, p.tracked_lastAt.epochMillis, p.at_tracked_ip.epochMillis,
        p.at_tracked_timezone.epochMillis]
    """,
)


@pytest_asyncio.fixture(loop_scope="session")
async def pair(graph: Graph) -> Graph:
    """Ann, last seen at 1,000, and Bob, last seen at 5,000."""
    people = People()
    for each, at, ip, zone in (
        ("prf_a", 1_000, "192.0.2.1", "Europe/Rome"),
        ("prf_b", 5_000, "192.0.2.2", "Asia/Tokyo"),
    ):
        times = [(name, at) for name in ("tracked_lastAt", "at_tracked_ip", "at_tracked_timezone")]
        people.person(each, plain={"tracked_ip": ip, "tracked_timezone": zone}, instants=times)
    people.identifier("prf_a", "ann@example.com")
    await people.write(graph)
    return graph


async def merge(graph: Graph) -> str:
    command = MergeProfiles(ProfileReference(id="prf_b"), ProfileReference(id="prf_a"), "key_staff")
    return str((await merge_profiles(graph, command, MergeSettings(), None, NOW)).result["mergeId"])


async def see(graph: Graph, at_ms: int, ip: str) -> None:
    event = NewEvent(0, "web", str(at_ms), (ADDRESS,), "page.viewed", at_ms, device=Device(ip))
    await track_events(graph, [event], None, NOW)


async def tracked(graph: Graph, profile_id: str) -> list[Any]:
    found: list[Any] = await graph.read(TRACKED, id=profile_id)
    return found


async def test_an_older_event_that_comes_late_does_not_overwrite_what_came_with_the_merge(pair: Graph) -> None:
    await merge(pair)

    await see(pair, 3_000, "192.0.2.3")

    assert await tracked(pair, "prf_a") == ["192.0.2.2", "Asia/Tokyo", 5_000, 5_000, 5_000]


async def test_a_split_gives_back_what_no_event_told_anew(pair: Graph) -> None:
    merge_id = await merge(pair)
    await see(pair, 9_000, "192.0.2.9")

    await split_profiles(pair, SplitProfiles(merge_id, "key_staff"), MergeSettings(), None, NOW)

    assert await tracked(pair, "prf_a") == ["192.0.2.9", "Europe/Rome", 9_000, 9_000, 1_000]
    assert await tracked(pair, "prf_b") == ["192.0.2.2", "Asia/Tokyo", 5_000, 5_000, 5_000]
