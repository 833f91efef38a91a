"""Everything about one person as one document, and nothing about anybody else."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from gateway.commands.export import write_document
from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.errors import Refusal
from graph.exporting import export
from graph.exporting.export import export_document
from graph.history.events import NewEvent, track_events
from graph.history.product import ProductKey, ProductReference
from graph.history.purchases import NewPurchase, PurchaseLine, record_purchases
from graph.idempotency import Guard
from graph.identifiers import identifier
from graph.people.reference import ProfileReference
from graph.people.relation import Relation, relate_profiles
from graph.people.upsert import UpsertProfile, upsert_profile
from graph.sending.content import Content, EmailContent
from graph.sending.send import SendMessage, send_message
from graph.statement import Statement
from graph.subscribing.resource import (
    CategoryReference,
    CreateResource,
    NewCategory,
    ResourceReference,
    create_resource,
)
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.vocabulary import (
    Channel,
    IdentifierType,
    PurchaseKind,
    PurchaseLineStatus,
    PurchaseStatus,
    UserErrorCode,
)

NOW = 1_790_000_000_000
NOW_TEXT = "2026-09-21T14:13:20.000Z"
ANN = identifier(IdentifierType.EMAIL, "", "ann@example.com")
BOB = identifier(IdentifierType.EMAIL, "", "bob@example.com")
MUG = ProductKey("shop", "mug")
ADD = Statement(
    "add",
    """
    MATCH (p:Profile {id: $id})
    SET p.attr_tier = 'gold', p.at_attr_tier = datetime({epochMillis: 5}), p.tracked_os = 'Plan 9'
    CREATE (p)-[:OPTED_OUT]->(:OptOut {id: 'opt_1', channel: 'SMS', since: datetime({epochMillis: 6})})
    RETURN p.id
    """,
)


def event(number: int, who: Any) -> NewEvent:
    products = (ProductReference(key=MUG),) if number == 0 else ()
    return NewEvent(
        number, "site", f"{who.value}-{number}", (who,), "seen", NOW + number, 1_500_000, {"n": number}, products
    )


@pytest_asyncio.fixture(loop_scope="session")
async def ann(graph: Graph) -> str:
    news = CreateResource("news", "News", (Channel.EMAIL,), "a@b.example", categories=(NewCategory("sport", "Sport"),))
    await create_resource(graph, news, None, NOW)
    for who, name in ((ANN, "Ann"), (BOB, "Bob")):
        known = UpsertProfile((who,), {"firstName": name, "birthDate": date(1984, 2, 29)})
        await upsert_profile(graph, known, None, NOW)
        reference, resource = ProfileReference(identifier=who), ResourceReference(key="news")
        command = Subscribe(
            reference,
            resource,
            Channel.EMAIL,
            who,
            "key_1",
            categories=(CategoryReference(key="sport"),),
            opt_in=Evidence(NOW, "192.0.2.1"),
        )
        await subscribe(graph, command, None, NOW)
        await track_events(graph, [event(number, who) for number in range(3)], None, NOW)
        line = PurchaseLine(MUG, "Mug", 2, 3_000_000, PurchaseLineStatus.NEW)
        purchase = NewPurchase(
            index=0,
            source="shop",
            external_id=f"order of {name}",
            identifiers=(who,),
            kind=PurchaseKind.SALE,
            status=PurchaseStatus.PAID,
            placed_at_ms=NOW,
            changed_at_ms=NOW,
            currency="GBP",
            total_micros=6_000_000,
            delivery_micros=0,
            discount_micros=0,
            lines=(line,),
        )
        await record_purchases(graph, [purchase], None, NOW)
        letter = SendMessage(reference, resource, Content(EmailContent(f"Dear {name}", "Hello", None)))
        await send_message(graph, letter, Guard(f"letter to {name}", "hash"), NOW)
    found = await graph.read(Statement("id", "MATCH (p:Profile {firstName: 'Ann'}) RETURN p.id"))
    await graph.change(ADD, id=found)
    return str(found)


async def test_the_document_has_everything_of_one_person(graph: Graph, ann: str) -> None:
    document = await export_document(graph, ProfileReference(identifier=ANN), 1_000)

    text = json.dumps(document)
    assert "Bob" not in text
    assert "bob@" not in text
    person = document["profile"]
    assert (person["id"], person["firstName"], person["birthDate"]) == (ann, "Ann", "1984-02-29")
    assert (person["attributes"], person["tracked"]) == ({"tier": "gold"}, {"os": "Plan 9"})
    assert person["changedAt"]["attr_tier"] == "1970-01-01T00:00:00.005Z"
    assert [(each["value"], each["link"]["since"]) for each in document["identifiers"]] == [
        ("ann@example.com", NOW_TEXT)
    ]
    (subscription,) = document["subscriptions"]
    assert subscription["resource"] == "news"
    assert subscription["isCurrent"] is True
    assert subscription["optInIp"] == "192.0.2.1"
    assert subscription["categories"] == [{"category": "sport", "joined": True, "at": NOW_TEXT}]
    assert [each["channel"] for each in document["optOuts"]] == ["SMS"]
    assert [(each["scope"], each["toStatus"], each["evidenceIp"]) for each in document["consent"]] == [
        ("SUBSCRIPTION", "SUBSCRIBED", "192.0.2.1"),
        ("CATEGORY", "SUBSCRIBED", "192.0.2.1"),
    ]
    assert [(each["properties"], each["value"]) for each in document["events"]] == [
        ({"n": number}, "1.50") for number in range(3)
    ]
    assert document["events"][0]["products"] == [{"source": "shop", "sku": "mug"}]
    (purchase,) = document["purchases"]
    assert (purchase["externalId"], purchase["total"], purchase["placedAt"]) == ("order of Ann", "6.00", NOW_TEXT)
    assert purchase["lines"][0]["quantity"] == 2
    assert [each["subject"] for each in document["messages"]] == ["Dear Ann"]
    assert (document["merges"], document["relations"], document["suppressions"]) == ([], [], [])


async def test_relations_are_told_by_both_whom_they_are_about(graph: Graph, ann: str) -> None:
    bob = str(await graph.read(Statement("id", "MATCH (p:Profile {firstName: 'Bob'}) RETURN p.id")))
    for one, other, kind in ((ann, bob, "sister"), (bob, ann, "brother")):
        relation = Relation(ProfileReference(id=one), ProfileReference(id=other), kind)
        await relate_profiles(graph, relation, {}, None, NOW)

    expected = [(ann, bob, "sister"), (bob, ann, "brother")]
    for each in (ann, bob):
        document = await export_document(graph, ProfileReference(id=each), 1_000)
        assert [(row["from"], row["to"], row["type"]) for row in document["relations"]] == expected


async def test_pages_of_any_size_give_the_same_document_and_the_file_holds_it_too(
    graph: Graph, ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await export_document(graph, ProfileReference(id=ann), 1_000)

    for size in (1, 2, 3):
        monkeypatch.setattr(export, "_PAGE", size)
        assert await export_document(graph, ProfileReference(id=ann), 1_000) == whole
    file = io.StringIO()
    await write_document(graph, ProfileReference(id=ann), file)
    assert json.loads(file.getvalue()) == whole


async def test_too_much_for_an_answer_is_refused_with_the_way_that_has_no_limit(graph: Graph, ann: str) -> None:
    with pytest.raises(Refusal) as refused:
        await export_document(graph, ProfileReference(id=ann), 3)
    (error,) = refused.value.user_errors
    assert error.code is UserErrorCode.LIMIT_EXCEEDED
    assert "customer-graph export" in error.message


async def test_nobody_is_refused(graph: Graph) -> None:
    with pytest.raises(Refusal) as refused:
        await export_document(graph, ProfileReference(id="prf_nobody"), 3)
    assert refused.value.user_errors[0].code is UserErrorCode.NOT_FOUND
