"""Over a cap an identifier is refused, and what was said about the person is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.errors import Refusal
from graph.history.events import NewEvent, track_events
from graph.history.product import ProductKey
from graph.history.purchases import NewPurchase, PurchaseLine, record_purchases
from graph.history.row import RowResult
from graph.identifiers import IdentifierValue, identifier
from graph.identifying.rules import IdentifierRules
from graph.people.add_identifier import AddIdentifier, add_identifier
from graph.people.reference import ProfileReference
from graph.people.upsert import UpsertProfile, upsert_profile
from graph.settings import GraphSettings
from graph.statement import Statement
from graph.subscribing.resource import CreateResource, ResourceReference, create_resource
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import (
    Channel,
    IdentifierType,
    PurchaseKind,
    PurchaseLineStatus,
    PurchaseStatus,
    RowOutcome,
    UserErrorCode,
)

NOW = 1_790_000_000_000
RULES = IdentifierRules.from_environment(
    {
        "CUSTOMER_GRAPH_PEOPLE_PER_VALUE": "EMAIL=2",
        "CUSTOMER_GRAPH_VALUES_PER_PROFILE": "EMAIL=2,PHONE=5",
        "CUSTOMER_GRAPH_IDENTIFIERS_PER_PROFILE": "4",
    }
)
COUNT = Statement(
    "count",
    "RETURN [COUNT { (:Profile) }, COUNT { (:Identifier) }, COUNT { ()-[:IDENTIFIES]->() }, COUNT { (:Subscription) }]",
)
KEYS = Statement(
    "keys",
    """
    MATCH (:Identifier {key: $key})-[:IDENTIFIES]->(p)
    RETURN COLLECT { MATCH (i)-[:IDENTIFIES]->(p) RETURN i.key ORDER BY i.key }
    """,
)
FAMILY = identifier(IdentifierType.EMAIL, "", "family@example.com")


@pytest_asyncio.fixture(loop_scope="session")
async def strict(graph: Graph, graph_settings: GraphSettings) -> AsyncIterator[Graph]:
    """The same empty graph, under small caps."""
    assert graph is not None
    opened = Graph.open(replace(graph_settings, rules=RULES))
    yield opened
    await opened.close()


def card(number: int) -> IdentifierValue:
    return identifier(IdentifierType.EXTERNAL, "shop", f"{number}")


def mail(number: int) -> IdentifierValue:
    return identifier(IdentifierType.EMAIL, "", f"ann{number}@example.com")


def phone(number: int) -> IdentifierValue:
    return identifier(IdentifierType.PHONE, "", f"+44207946000{number}")


def event(index: int, *identifiers: IdentifierValue) -> NewEvent:
    return NewEvent(index, "web", f"e-{index}", identifiers, "page.viewed", NOW)


def order(index: int, *identifiers: IdentifierValue) -> NewPurchase:
    return NewPurchase(
        index=index,
        source="shop",
        external_id=f"o-{index}",
        identifiers=identifiers,
        kind=PurchaseKind.SALE,
        status=PurchaseStatus.NEW,
        placed_at_ms=NOW,
        changed_at_ms=NOW,
        currency="GBP",
        total_micros=1,
        delivery_micros=0,
        discount_micros=0,
        lines=(PurchaseLine(ProductKey("shop", "lamp"), "Lamp", 1, 1, PurchaseLineStatus.NEW),),
    )


async def person(graph: Graph, *identifiers: IdentifierValue) -> str:
    done = await upsert_profile(graph, UpsertProfile(identifiers, {}), None, NOW)
    return str(done.result["profileId"])


def shown(row: RowResult) -> tuple[RowOutcome, list[tuple[UserErrorCode, tuple[str, ...] | None, int | None]]]:
    return row.outcome, [(each.code, each.field, each.index) for each in row.user_errors]


async def test_a_row_is_kept_without_a_value_that_has_its_people_already(strict: Graph) -> None:
    await person(strict, FAMILY, card(1))
    await person(strict, FAMILY, card(2))

    events = await track_events(strict, [event(0, card(3)), event(1, FAMILY, card(4), phone(4))], None, NOW)
    orders = await record_purchases(strict, [order(0, card(5), FAMILY)], None, NOW)

    full = UserErrorCode.LIMIT_EXCEEDED
    assert [shown(RowResult.from_json(each)) for each in events.result["rows"]] == [
        (RowOutcome.CREATED, []),
        (RowOutcome.CREATED, [(full, ("identifiers", "0"), 1)]),
    ]
    assert [shown(RowResult.from_json(each)) for each in orders.result["rows"]] == [
        (RowOutcome.CREATED, [(full, ("identifiers", "1"), 0)]),
    ]
    assert await strict.read(KEYS, key=card(4).key) == [card(4).key, phone(4).key]
    assert await strict.read(KEYS, key=card(5).key) == [card(5).key]
    # Five people, five cards, the address and the phone; nothing was linked beyond the cap.
    assert await strict.read(COUNT) == [5, 7, 8, 0]


async def test_of_too_many_new_values_those_that_tell_people_apart_are_kept(strict: Graph) -> None:
    cookie = identifier(IdentifierType.COOKIE, "web", "c-1")
    given = (cookie, mail(1), mail(2), mail(3), card(1), phone(1))

    done = await track_events(strict, [event(0, *given)], None, NOW)

    row = RowResult.from_json(done.result["rows"][0])
    assert shown(row)[1] == [
        (UserErrorCode.LIMIT_EXCEEDED, ("identifiers", "0"), 0),
        (UserErrorCode.LIMIT_EXCEEDED, ("identifiers", "3"), 0),
    ]
    assert await strict.read(KEYS, key=card(1).key) == sorted([mail(1).key, mail(2).key, card(1).key, phone(1).key])
    assert await strict.read(COUNT) == [1, 4, 4, 0]


async def test_one_person_who_brings_ever_more_values_in_one_batch_gets_only_so_many(strict: Graph) -> None:
    rows = [event(n, card(1), mail(n)) for n in range(4)]

    done = await track_events(strict, rows, None, NOW)

    assert [[each[0] for each in shown(RowResult.from_json(row))[1]] for row in done.result["rows"]] == [
        [], [], [UserErrorCode.LIMIT_EXCEEDED], [UserErrorCode.LIMIT_EXCEEDED],
    ]  # fmt: skip
    assert await strict.read(COUNT) == [1, 3, 3, 0]


async def refused(work: object) -> list[tuple[UserErrorCode, tuple[str, ...] | None]]:
    with pytest.raises(Refusal) as found:
        await work  # type: ignore[misc]  # Whatever the mutation answers, it is not reached.
    return [(each.code, each.field) for each in found.value.user_errors]


async def test_single_mutations_are_refused_over_a_cap_and_write_nothing(strict: Graph) -> None:
    ann = ProfileReference(id=await person(strict, mail(1), mail(2), card(1)))
    resource = CreateResource("news", "News", (Channel.EMAIL,), "news@example.com")
    await create_resource(strict, resource, None, NOW)
    before = await strict.read(COUNT)
    new_address = Subscribe(ann, ResourceReference(key="news"), Channel.EMAIL, mail(3), actor="key_1")

    full = UserErrorCode.LIMIT_EXCEEDED
    upsert = UpsertProfile((card(1), mail(3)), {"firstName": "Ann"})
    assert await refused(upsert_profile(strict, upsert, None, NOW)) == [(full, ("identifiers", "1"))]
    new_person = UpsertProfile((mail(4), mail(5), mail(6), card(9)), {})
    assert await refused(upsert_profile(strict, new_person, None, NOW)) == [(full, ("identifiers", "2"))]
    assert await refused(add_identifier(strict, AddIdentifier(ann, mail(3)), None, NOW)) == [(full, ("identifier",))]
    assert await refused(subscribe(strict, new_address, None, NOW)) == [(full, ("address",))]
    assert await strict.read(COUNT) == before

    # What the person has is not asked for room, and another type still has some.
    at_known = replace(new_address, address=mail(2))
    assert (await subscribe(strict, at_known, None, NOW)).result["outcome"] == RowOutcome.CREATED
    assert (await add_identifier(strict, AddIdentifier(ann, phone(1)), None, NOW)).result["outcome"] == "UPDATED"
    # Four values in all is the most.
    assert await refused(add_identifier(strict, AddIdentifier(ann, phone(2)), None, NOW)) == [(full, ("identifier",))]
