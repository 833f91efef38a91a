from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.consent.complaint import Complaint, complain
from graph.consent.evidence import Evidence
from graph.errors import Refusal
from graph.idempotency import Done
from graph.identifiers import IdentifierValue, identifier
from graph.people.reference import ProfileReference
from graph.statement import Statement
from graph.subscribing.archive import Archive, archive
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.subscribing.suspend import Suspend, suspend
from graph.subscribing.unsubscribe import OneSubscription, Unsubscribe, unsubscribe
from graph.vocabulary import ChangeKind, Channel, IdentifierType, UserErrorCode

NOW = 1_790_000_000_000
HOME = identifier(IdentifierType.EMAIL, "", "family@home.example")
OTHER = identifier(IdentifierType.EMAIL, "", "other@home.example")
PHONE = identifier(IdentifierType.PHONE, "", "+442079460000")

_SUBSCRIPTIONS = Statement(
    "subscriptions_with_ledger",
    """
    MATCH (s:Subscription)
    RETURN collect([s.id, s.status, s.suspendedUntil.epochMillis, COLLECT {
        MATCH (s)<-[:ABOUT]-(c:ConsentRecord)
        RETURN [c.fromStatus, c.toStatus, c.cause, c.profileId, c.source, c.evidenceUrl] ORDER BY c.seq
    }])
    """,
)
_SUPPRESSIONS = Statement(
    "suppressions",
    """
    MATCH (x:Suppression)-[:STOPS]->(i)
    RETURN collect([i.key, x.channel, x.resourceId, x.reason, x.since.epochMillis, x.until.epochMillis])
    """,
)
_REVISIONS = Statement("revisions", "MATCH (p:Profile) RETURN collect([p.id, p.revision])")
_COUNTS = Statement("counts", "RETURN [COUNT { (:ConsentRecord) }, COUNT { (:Suppression) }, COUNT { (:Identifier) }]")


@pytest_asyncio.fixture(loop_scope="session")
async def shops(graph: Graph) -> Graph:
    for key in ("shop", "club"):
        await create_resource(
            graph, CreateResource(key, key, (Channel.EMAIL, Channel.SMS, Channel.WHATSAPP)), None, NOW
        )
    return graph


async def joined(
    graph: Graph, person: str, address: IdentifierValue, resource: str = "shop", channel: Channel = Channel.EMAIL
) -> tuple[str, str]:
    """The person's id and the subscription's."""
    who = ProfileReference(identifier=identifier(IdentifierType.EXTERNAL, "test", person))
    command = Subscribe(who, ResourceReference(key=resource), channel, address, "test")
    result = (await subscribe(graph, command, None, NOW)).result
    return str(result["profileId"]), str(result["subscriptionId"])


async def report(graph: Graph, address: IdentifierValue, channel: Channel = Channel.EMAIL, now_ms: int = NOW) -> Done:
    evidence = Evidence(NOW - 5, url="https://provider.example/report")
    command = Complaint(address, channel, "key_provider", evidence=evidence)
    return await complain(graph, command, None, now_ms)


async def standing(graph: Graph) -> dict[str, Sequence[Any]]:
    return {row[0]: row[1:] for row in await graph.read(_SUBSCRIPTIONS)}


async def test_a_complaint_counts_for_all_who_share_the_address_on_that_channel_and_nothing_else(shops: Graph) -> None:
    ann, at_shop = await joined(shops, "ann", HOME)
    _, at_club = await joined(shops, "ann", HOME, "club")
    bob, of_bob = await joined(shops, "bob", HOME)
    _, elsewhere = await joined(shops, "bob", OTHER)
    eve, of_eve = await joined(shops, "eve", OTHER)
    before, revisions = await standing(shops), dict(await shops.read(_REVISIONS))

    done = await report(shops, HOME, now_ms=NOW + 7)

    after = await standing(shops)
    assert done.result["changed"] == sorted([at_shop, at_club, of_bob])
    for id_, owner in ((at_shop, ann), (at_club, ann), (of_bob, bob)):
        url = "https://provider.example/report"
        status, until, records = after[id_]
        assert (status, until) == ("COMPLAINED", None)
        assert records[-1] == ["SUBSCRIBED", "COMPLAINED", "complaint", owner, "provider", url]
        assert len(records) == 2
    assert [after[each] for each in (elsewhere, of_eve)] == [before[each] for each in (elsewhere, of_eve)]
    assert await shops.read(_SUPPRESSIONS) == [[HOME.key, "EMAIL", None, "complaint", NOW + 7, None]]
    assert dict(await shops.read(_REVISIONS)) == revisions | {ann: revisions[ann] + 1, bob: revisions[bob] + 1}
    assert {each.profile_id: each.kinds for each in done.changes} == dict.fromkeys(
        (ann, bob), frozenset({ChangeKind.SUBSCRIPTION, ChangeKind.IDENTIFIER})
    )
    assert eve not in {each.profile_id for each in done.changes}


async def test_a_second_complaint_changes_nothing(shops: Graph) -> None:
    await joined(shops, "ann", HOME)
    first = await report(shops, HOME)
    before = [await standing(shops), await shops.read(_REVISIONS), await shops.read(_SUPPRESSIONS)]

    again = await report(shops, HOME, now_ms=NOW + 1_000)

    assert [await standing(shops), await shops.read(_REVISIONS), await shops.read(_SUPPRESSIONS)] == before
    assert again.result == {"changed": [], "suppressionId": first.result["suppressionId"]}
    assert again.changes == ()


async def test_it_writes_over_whatever_is_less_strict_and_records_what_had_run_out_first(shops: Graph) -> None:
    _, paused = await joined(shops, "ann", HOME)
    _, left = await joined(shops, "bob", HOME)
    _, archived = await joined(shops, "cid", HOME)
    await suspend(shops, Suspend(paused, NOW + 10, "test"), None, NOW)
    await unsubscribe(shops, Unsubscribe(OneSubscription(left), "test"), None, NOW)
    await archive(shops, Archive(archived, "test"), None, NOW)

    await report(shops, HOME, now_ms=NOW + 20)

    after = await standing(shops)
    assert [[record[:3] for record in after[id_][2]][-2:] for id_ in (paused, left)] == [
        [["SUSPENDED", "SUBSCRIBED", "suspension_ended"], ["SUBSCRIBED", "COMPLAINED", "complaint"]],
        [["SUBSCRIBED", "UNSUBSCRIBED", "unsubscribe"], ["UNSUBSCRIBED", "COMPLAINED", "complaint"]],
    ]
    assert {after[id_][0] for id_ in (paused, left, archived)} == {"COMPLAINED"}


async def test_another_channel_of_the_same_number_stays(shops: Graph) -> None:
    _, sms = await joined(shops, "ann", PHONE, channel=Channel.SMS)
    _, chat = await joined(shops, "ann", PHONE, channel=Channel.WHATSAPP)

    await report(shops, PHONE, Channel.SMS)

    after = await standing(shops)
    assert [after[each][0] for each in (sms, chat)] == ["COMPLAINED", "SUBSCRIBED"]
    assert [row[1] for row in await shops.read(_SUPPRESSIONS)] == ["SMS"]


async def test_an_address_that_nobody_has_is_stopped_for_whoever_gets_it(shops: Graph) -> None:
    done = await report(shops, HOME)
    assert done.result["changed"] == []
    assert done.changes == ()
    assert await shops.read(_SUPPRESSIONS) == [[HOME.key, "EMAIL", None, "complaint", NOW, None]]


async def test_evidence_from_the_future_is_refused_and_writes_nothing(shops: Graph) -> None:
    await joined(shops, "ann", HOME)
    before = [await standing(shops), await shops.read(_COUNTS)]
    late = Evidence(NOW + 25 * 3_600_000)

    with pytest.raises(Refusal) as refused:
        await complain(shops, Complaint(HOME, Channel.EMAIL, "key", evidence=late), None, NOW)

    assert [(each.code, each.field) for each in refused.value.user_errors] == [
        (UserErrorCode.INVALID, ("evidence", "at"))
    ]
    assert [await standing(shops), await shops.read(_COUNTS)] == before
