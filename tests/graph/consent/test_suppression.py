from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
import pytest_asyncio

from graph.connection import Graph, Transaction
from graph.consent.suppression import (
    Stop,
    Suppress,
    SuppressionTarget,
    Unsuppress,
    renewed,
    suppress,
    unsuppress,
)
from graph.errors import Refusal
from graph.idempotency import Done
from graph.identifiers import IdentifierValue, domain_of_mail, identifier
from graph.people.reference import ProfileReference
from graph.reach import reach
from graph.reach_row import facts_from_row
from graph.statement import Statement
from graph.statements import sending
from graph.statements.suppressions import MIGRATE_PAGE
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import ChangeKind, Channel, Gate, IdentifierType, MessagePurpose, UserErrorCode

NOW = 1_790_000_000_000
ANN = identifier(IdentifierType.EMAIL, "", "Ann@Home.example")
BOB = identifier(IdentifierType.EMAIL, "", "bob@home.example")
PHONE = identifier(IdentifierType.PHONE, "", "+442079460000")


@pytest_asyncio.fixture(loop_scope="session")
async def shops(graph: Graph) -> Graph:
    for key in ("shop", "club"):
        await create_resource(graph, CreateResource(key, key, (Channel.EMAIL, Channel.SMS)), None, NOW)
    return graph


async def joined(graph: Graph, person: str, address: IdentifierValue, resource: str = "shop") -> str:
    external = identifier(IdentifierType.EXTERNAL, "test", person)
    channel = Channel.SMS if address.type is IdentifierType.PHONE else Channel.EMAIL
    command = Subscribe(
        ProfileReference(identifier=external), ResourceReference(key=resource), channel, address, "test"
    )
    return str((await subscribe(graph, command, None, NOW)).result["profileId"])


_RESOURCE_ID = Statement("resource_id", "MATCH (r:Resource {key: $key}) RETURN r.id")


async def refusals(
    graph: Graph, profile_id: str, resource: str = "shop", channel: Channel = Channel.EMAIL, now_ms: int = NOW
) -> list[Gate | None]:
    """Which gate refuses each address of the person, as a send would ask."""
    resource_id = await graph.read(_RESOURCE_ID, key=resource)

    async def rows(transaction: Transaction) -> Sequence[dict[str, object]]:
        found: Sequence[dict[str, object]] = await transaction.run(
            sending.CANDIDATES,
            profileId=profile_id,
            resourceId=resource_id,
            channels=[channel],
            categoryId=None,
            subscriptionId=None,
        )
        return found

    candidates = await graph.write(rows)
    return [reach(facts_from_row(row, None), MessagePurpose.MARKETING, now_ms).refused_by for row in candidates]


async def stop(graph: Graph, target: SuppressionTarget, until_ms: int | None = None, now_ms: int = NOW) -> Done:
    return await suppress(graph, Suppress(target, "asked", until_ms), None, now_ms)


async def lift(graph: Graph, target: SuppressionTarget) -> Done:
    return await unsuppress(graph, Unsuppress(target=target), None, NOW)


async def test_feature_13_an_address_is_stopped_on_everybody_who_has_it(shops: Graph) -> None:
    ann, bob = await joined(shops, "ann", ANN), await joined(shops, "bob", ANN)

    done = await stop(shops, SuppressionTarget(address=ANN))

    assert [await refusals(shops, each) for each in (ann, bob)] == [[Gate.SUPPRESSION]] * 2
    assert sorted((each.profile_id, each.kinds) for each in done.changes) == sorted(
        (each, frozenset({ChangeKind.IDENTIFIER})) for each in (ann, bob)
    )
    lifted = await lift(shops, SuppressionTarget(address=ANN))
    again = await lift(shops, SuppressionTarget(address=ANN))
    assert (lifted.result, again.result) == (done.result, {"suppressionId": None})
    assert (len(lifted.changes), again.changes) == (2, ())
    assert [await refusals(shops, each) for each in (ann, bob)] == [[None]] * 2


async def test_feature_14_a_domain_stops_all_its_addresses_and_lifting_it_restores_them(shops: Graph) -> None:
    ann, bob = await joined(shops, "ann", ANN), await joined(shops, "bob", BOB)
    other = await joined(shops, "eve", identifier(IdentifierType.EMAIL, "", "eve@mail.home.example"))
    domain = SuppressionTarget(domain=domain_of_mail(" HOME.example "))

    done = await stop(shops, domain)

    assert [await refusals(shops, each) for each in (ann, bob, other)] == [
        [Gate.SUPPRESSION],
        [Gate.SUPPRESSION],
        [None],
    ]
    assert await unsuppress(shops, Unsuppress(done.result["suppressionId"]), None, NOW) == Done(done.result)
    assert [await refusals(shops, each) for each in (ann, bob)] == [[None]] * 2


_STATUSES = Statement(
    "statuses",
    """
    MATCH (p:Profile)-[:HAS_SUBSCRIPTION]->(s)
    WITH p, s ORDER BY s.id
    RETURN [collect([p.status, s.id, s.channel, s.status, s.updatedAt.epochMillis]), COUNT { (:ConsentRecord) }]
    """,
)


async def test_feature_14_a_phone_number_stops_the_sms_of_all_who_have_it_and_lifting_it_restores_them(
    shops: Graph,
) -> None:
    ann, bob = await joined(shops, "ann", PHONE), await joined(shops, "bob", PHONE)
    await joined(shops, "ann", ANN)
    other = await joined(shops, "eve", identifier(IdentifierType.PHONE, "", "+442079460001"))
    phone = SuppressionTarget(address=PHONE)
    before = await shops.read(_STATUSES)

    stopped = await stop(shops, phone)

    sms = [await refusals(shops, each, channel=Channel.SMS) for each in (ann, bob, other)]
    assert sms == [[Gate.SUPPRESSION], [Gate.SUPPRESSION], [None]]
    # Her letters are at another address.
    assert await refusals(shops, ann) == [None]
    assert await shops.read(_STATUSES) == before
    assert {entry[3] for entry in before[0]} == {"SUBSCRIBED"}

    lifted = await lift(shops, phone)

    assert lifted.result == stopped.result
    assert [await refusals(shops, each, channel=Channel.SMS) for each in (ann, bob, other)] == [[None]] * 3
    assert await shops.read(_STATUSES) == before
    assert await shops.read(_SUPPRESSIONS) == []


@pytest.mark.parametrize(
    ("resource", "channel", "stopped"),
    [
        (None, None, ["shop EMAIL", "shop SMS", "club EMAIL"]),
        ("shop", None, ["shop EMAIL", "shop SMS"]),
        (None, Channel.EMAIL, ["shop EMAIL", "club EMAIL"]),
        ("shop", Channel.EMAIL, ["shop EMAIL"]),
        ("club", Channel.SMS, []),
    ],
)
async def test_a_suppression_may_be_of_a_resource_or_a_channel_or_both(
    shops: Graph, resource: str | None, channel: Channel | None, stopped: list[str]
) -> None:
    for address in (ANN, PHONE):
        person = await joined(shops, "ann", address)
    await joined(shops, "ann", ANN, "club")
    reference = None if resource is None else ResourceReference(key=resource)
    for address in (ANN, PHONE):
        await stop(shops, SuppressionTarget(address=address, resource=reference, channel=channel))

    places = [("shop", Channel.EMAIL), ("shop", Channel.SMS), ("club", Channel.EMAIL)]
    found = [f"{where} {on}" for where, on in places if await refusals(shops, person, where, on) != [None]]

    assert found == stopped


async def test_a_suppression_ends_by_itself(shops: Graph) -> None:
    ann = await joined(shops, "ann", ANN)

    await stop(shops, SuppressionTarget(address=ANN), NOW + 10)

    assert await refusals(shops, ann, now_ms=NOW + 9) == [Gate.SUPPRESSION]
    assert await refusals(shops, ann, now_ms=NOW + 10) == [None]


async def test_an_address_that_nobody_has_yet_is_stopped_when_somebody_gets_it(shops: Graph) -> None:
    await stop(shops, SuppressionTarget(address=ANN))
    await stop(shops, SuppressionTarget(domain="mail.example"))

    ann = await joined(shops, "ann", ANN)
    bob = await joined(shops, "bob", identifier(IdentifierType.EMAIL, "", "bob@mail.example"))

    assert [await refusals(shops, each) for each in (ann, bob)] == [[Gate.SUPPRESSION]] * 2


_IDENTIFIERS = Statement("identifiers", "MATCH (i:Identifier) RETURN collect(i.key)")


async def test_an_address_that_was_there_only_to_be_stopped_goes_with_the_suppression(shops: Graph) -> None:
    await stop(shops, SuppressionTarget(address=ANN))
    await lift(shops, SuppressionTarget(address=ANN))

    assert await shops.read(_IDENTIFIERS) == []


async def test_what_is_wrong_with_it_is_named_and_nothing_is_written(shops: Graph) -> None:
    with pytest.raises(Refusal) as resource:
        await stop(shops, SuppressionTarget(address=ANN, resource=ResourceReference(key="none")))
    with pytest.raises(Refusal) as until:
        await stop(shops, SuppressionTarget(address=ANN), NOW)

    assert [(each.value.user_errors[0].code, each.value.user_errors[0].field) for each in (resource, until)] == [
        (UserErrorCode.NOT_FOUND, ("target", "resource")),
        (UserErrorCode.INVALID, ("until",)),
    ]
    assert await shops.read(_IDENTIFIERS) == []


@pytest.mark.parametrize("text", ["", "a@b.example", "no domain", "example", "-.example"])
def test_only_a_domain_of_mail_is_one(text: str) -> None:
    with pytest.raises(ValueError, match="domain"):
        domain_of_mail(text)


@pytest.mark.parametrize(
    ("present", "given", "until", "since"),
    [
        (None, NOW + 5, NOW + 5, NOW),
        (NOW + 3, NOW + 5, NOW + 5, NOW - 9),
        (NOW + 5, NOW + 3, NOW + 5, NOW - 9),
        (NOW + 5, None, None, NOW - 9),
        # One that is over begins anew.
        (NOW, NOW + 3, NOW + 3, NOW),
    ],
)
def test_said_again_it_never_ends_sooner(present: int | None, given: int | None, until: int | None, since: int) -> None:
    stood = None if present is None else Stop("old", NOW - 9, present)

    assert renewed(stood, Stop("new", NOW, given)) == Stop("new", since, until)


def test_one_without_an_end_never_gets_one() -> None:
    assert renewed(Stop("old", NOW - 9), Stop("new", NOW, NOW + 5)) == Stop("new", NOW - 9, None)


_SUPPRESSIONS = Statement(
    "suppressions",
    """
    MATCH (x:Suppression)-[:STOPS]->(i:Identifier)
    RETURN collect([x.key = i.id + '::', x.kind, x.reason, x.since.epochMillis, x.id STARTS WITH 'sup_'])
    """,
)


async def test_32_who_suppress_one_address_at_once_make_one_suppression(shops: Graph) -> None:
    await joined(shops, "ann", ANN)

    done = await asyncio.gather(*(stop(shops, SuppressionTarget(address=ANN)) for _ in range(32)))

    assert len({each.result["suppressionId"] for each in done}) == 1
    assert sorted(len(each.changes) for each in done) == [0] * 31 + [1]
    assert await shops.read(_SUPPRESSIONS) == [[True, "ADDRESS", "asked", NOW, True]]


_OLD = Statement(
    "old",
    """
    UNWIND range(1, 3) AS n
    CREATE (i:Identifier {id: 'idn_' + n, key: 'EMAIL::"a@b"@' + n + '.example', type: 'EMAIL'})
    FOREACH (_ IN CASE n WHEN 2 THEN [1] ELSE [] END |
        SET i.suppressedAt = datetime({epochMillis: $now}), i.suppressionReason = '550')
    RETURN count(i)
    """,
)
_DOMAINS = Statement(
    "domains",
    "MATCH (i:Identifier) WITH i ORDER BY i.id RETURN collect([i.domain, i.suppressedAt, i.suppressionReason])",
)


async def test_what_was_a_property_of_the_identifier_becomes_a_suppression(graph: Graph) -> None:
    await graph.change(_OLD, now=NOW)

    assert await graph.change(MIGRATE_PAGE, after="") is None
    assert await graph.change(MIGRATE_PAGE, after="") is None

    assert await graph.read(_DOMAINS) == [[f"{number}.example", None, None] for number in (1, 2, 3)]
    assert await graph.read(_SUPPRESSIONS) == [[True, "ADDRESS", "550", NOW, True]]
