from __future__ import annotations

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.consent.opt_out import StandingOptOut, objection
from graph.errors import Refusal
from graph.idempotency import Done
from graph.identifiers import identifier
from graph.people.reference import ProfileReference
from graph.statement import Statement
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.subscribing.unsubscribe import AtResource, OnChannel, Target, Unsubscribe, unsubscribe
from graph.vocabulary import Channel, IdentifierType, RowOutcome, UserErrorCode

NOW = 1_790_000_000_000
OPT_OUTS = Statement(
    "opt_outs",
    """
    MATCH (:Profile)-[:OPTED_OUT]->(o:OptOut) WITH o ORDER BY o.key
    RETURN collect([coalesce(o.channel, 'resource'), o.since.epochMillis, o.liftedForChannels, o.liftedForResources])
    """,
)
SAID = Statement(
    "said",
    """
    MATCH (o:OptOut)
    RETURN collect([o.actor, o.reason, o.evidenceAt.epochMillis, o.evidenceIp, o.evidenceUrl, o.evidenceSource,
        o.evidenceWording])
    """,
)
SUBSCRIPTIONS = Statement(
    "subscriptions", "MATCH (s:Subscription) WITH s ORDER BY s.id RETURN collect([s.channel, s.status])"
)


def test_no_opt_out_objects_to_nothing() -> None:
    assert objection((), None) is None


@pytest.mark.parametrize(
    ("opt_in", "path"),
    [
        (None, ("optIn",)),
        (Evidence(NOW - 1), ("optIn", "at")),
        (Evidence(NOW), ("optIn", "at")),
        (Evidence(NOW + 1), None),
    ],
)
def test_only_evidence_that_is_newer_than_all_of_them_gets_past(
    opt_in: Evidence | None, path: tuple[str, ...] | None
) -> None:
    standing = (StandingOptOut("a", NOW - 100), StandingOptOut("b", NOW))

    found = objection(standing, opt_in)

    assert (None if found is None else (found.code, found.field)) == (
        None if path is None else (UserErrorCode.CONSENT_REQUIRED, path)
    )


@pytest_asyncio.fixture(loop_scope="session")
async def profile_id(graph: Graph) -> str:
    for key in ("shop", "club"):
        await create_resource(graph, CreateResource(key, key, (Channel.EMAIL, Channel.SMS)), None, NOW)
    return str((await join(graph, "home@example.com")).result["profileId"])


async def join(
    graph: Graph, email: str = "", resource: str = "shop", phone: str = "", opt_in: Evidence | None = None
) -> Done:
    channel = Channel.SMS if phone else Channel.EMAIL
    address = identifier(IdentifierType.PHONE if phone else IdentifierType.EMAIL, "", phone or email)
    person = identifier(IdentifierType.EXTERNAL, "test", "ann")
    command = Subscribe(
        ProfileReference(identifier=person), ResourceReference(key=resource), channel, address, "test", opt_in=opt_in
    )
    return await subscribe(graph, command, None, NOW)


async def leave(graph: Graph, target: Target, now_ms: int = NOW) -> None:
    await unsubscribe(graph, Unsubscribe(target, "test"), None, now_ms)


async def refused(
    graph: Graph, email: str = "", resource: str = "shop", *, opt_in: Evidence | None = None, phone: str = ""
) -> bool:
    try:
        await join(graph, email, resource, phone, opt_in)
    except Refusal as refusal:
        return [each.code for each in refusal.user_errors] == [UserErrorCode.CONSENT_REQUIRED]
    return False


async def test_a_new_address_does_not_get_round_a_no_to_the_resource(graph: Graph, profile_id: str) -> None:
    await leave(graph, AtResource(ProfileReference(id=profile_id), ResourceReference(key="shop")))

    assert await refused(graph, "work@example.com")
    assert await refused(graph, "work@example.com", opt_in=Evidence(NOW))
    assert await graph.read(SUBSCRIPTIONS) == [["EMAIL", "UNSUBSCRIBED"]]

    back = await join(graph, "work@example.com", opt_in=Evidence(NOW + 1))
    assert back.result["outcome"] is RowOutcome.CREATED
    # It was lifted for this channel there, and stands against the other one.
    assert await graph.read(OPT_OUTS) == [["resource", NOW, ["EMAIL"], None]]
    assert not await refused(graph, "third@example.com")
    assert await refused(graph, phone="+442079460000")


async def test_a_no_to_a_channel_is_lifted_for_one_resource_only(graph: Graph, profile_id: str) -> None:
    await leave(graph, OnChannel(ProfileReference(id=profile_id), Channel.EMAIL))
    assert await refused(graph, "work@example.com", "club")

    await join(graph, "work@example.com", "club", opt_in=Evidence(NOW + 1))

    ((channel, since, for_channels, for_resources),) = await graph.read(OPT_OUTS)
    assert (channel, since, for_channels, len(for_resources)) == ("EMAIL", NOW, None, 1)
    assert await refused(graph, "work@example.com", "shop")
    assert not await refused(graph, phone="+442079460000")


async def test_a_no_that_is_said_again_stands_in_full_again(graph: Graph, profile_id: str) -> None:
    shop = AtResource(ProfileReference(id=profile_id), ResourceReference(key="shop"))
    await leave(graph, shop)
    await join(graph, "work@example.com", opt_in=Evidence(NOW + 1))

    await leave(graph, shop, NOW + 10)

    assert await graph.read(OPT_OUTS) == [["resource", NOW + 10, None, None]]
    assert await refused(graph, "third@example.com", opt_in=Evidence(NOW + 10))
    assert not await refused(graph, "third@example.com", opt_in=Evidence(NOW + 11))


async def test_a_no_of_somebody_without_subscriptions_there_keeps_who_said_it_and_how(
    graph: Graph, profile_id: str
) -> None:
    evidence = Evidence(NOW - 5, "192.0.2.7", "https://shop.example/no", "form", "No calls")
    target = OnChannel(ProfileReference(id=profile_id), Channel.SMS)
    await unsubscribe(graph, Unsubscribe(target, "key_staff", "asked by phone", evidence), None, NOW)
    # The same click once more is the same no.
    await unsubscribe(graph, Unsubscribe(target, "key_other"), None, NOW + 1)

    said = ["key_staff", "asked by phone", NOW - 5, "192.0.2.7", "https://shop.example/no", "form", "No calls"]
    assert await graph.read(SAID) == [said]
