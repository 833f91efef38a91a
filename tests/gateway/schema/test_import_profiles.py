"""People taken over by a client, on the real graph."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.statement import Statement
from graph.vocabulary import SubscriptionStatus
from tests.gateway.subscribing.asking import Asker

ROWS = """replayed summary { received created updated unchanged refused }
rows(outcomes: [REFUSED, UPDATED]) { index outcome userErrors { code field index } }"""
PAGE = """query ($by: ProfileRef!) { profile(by: $by) {
  firstName kind status subscriptions { nodes { channel status address { value } optIn { at source } } } } }"""
LEDGER = """query ($by: ProfileRef!) { profile(by: $by) {
  consentHistory { nodes { fromStatus toStatus cause source actor } } } }"""
LIST = """query ($first: Int, $after: String, $last: Int, $before: String) {
  profiles(first: $first, after: $after, last: $last, before: $before) {
    nodes { firstName } pageInfo { hasNextPage endCursor hasPreviousPage startCursor } count { value } } }"""
PEOPLE = Statement("people", "RETURN COUNT { (:Profile) }")


@pytest_asyncio.fixture(loop_scope="session")
async def asker(graph: Graph) -> Asker:
    asker = Asker(graph)
    shop = {"key": "shop", "title": "Shop", "channels": ["EMAIL", "SMS"], "sender": "a@shop.example"}
    await asker.change("createResource", "", **shop)
    return asker


def card(number: int) -> dict[str, str]:
    return {"type": "EXTERNAL", "namespace": "crm", "value": f"card-{number}"}


def person(number: int, **more: Any) -> dict[str, Any]:
    mail = {"type": "EMAIL", "value": f"person{number}@example.com"}
    return {"identifiers": [card(number), mail], **more}


def at_shop(number: int, **more: Any) -> dict[str, Any]:
    return {"resource": {"key": "shop"}, "address": {"email": f"person{number}@example.com"}, **more}


async def test_feature_24_of_100_rows_97_are_saved_and_3_say_what_is_wrong(asker: Asker, graph: Graph) -> None:
    rows = [person(n, set={"firstName": f"Name{n}"}, subscriptions=[at_shop(n)]) for n in range(100)]
    rows[7]["identifiers"][1]["value"] = "no address"
    rows[40]["set"]["country"] = "XX"
    rows[99]["subscriptions"][0]["resource"]["key"] = "nowhere"

    done = await asker.change("importProfiles", ROWS, idempotencyKey="list", rows=rows)
    again = await asker.change("importProfiles", ROWS, idempotencyKey="list", rows=rows)

    assert done["summary"] == {"received": 100, "created": 97, "updated": 0, "unchanged": 0, "refused": 3}
    assert [(row["index"], row["userErrors"]) for row in done["rows"]] == [
        (7, [{"code": "INVALID", "field": ["identifiers", "1"], "index": 7}]),
        (40, [{"code": "INVALID", "field": ["set", "country"], "index": 40}]),
        (99, [{"code": "NOT_FOUND", "field": ["subscriptions", "0", "resource"], "index": 99}]),
    ]
    assert again == {**done, "replayed": True}
    assert await graph.read(PEOPLE) == 97


async def test_feature_24_a_list_of_10_001_is_refused_as_a_whole(asker: Asker, graph: Graph) -> None:
    rows = [{"identifiers": [card(n)]} for n in range(10_001)]

    refused = await asker.tried("importProfiles", "summary { received }", idempotencyKey="list", rows=rows)

    assert refused == {"summary": None, "userErrors": [{"code": "LIMIT_EXCEEDED", "field": ["rows"]}]}
    assert await graph.read(PEOPLE) == 0


async def pages(asker: Asker, *, backwards: bool) -> list[list[str]]:
    """The names on every page of seven people, one page after the other to the end."""
    size, place, more, end = (
        ("last", "before", "hasPreviousPage", "startCursor")
        if backwards
        else ("first", "after", "hasNextPage", "endCursor")
    )
    found, cursor = [], None
    for _ in range(100):
        listed = (await asker.ask(LIST, **{size: 7, place: cursor}))["profiles"]
        found.append([each["firstName"] for each in listed["nodes"]])
        assert listed["count"] == {"value": 100}
        if not listed["pageInfo"][more]:
            return found
        cursor = listed["pageInfo"][end]
    pytest.fail("the pages have no end")


@pytest.mark.parametrize("backwards", [False, True])
async def test_feature_24_paging_sees_each_row_once(asker: Asker, backwards: bool) -> None:  # noqa: FBT001  # Pytest passes it by name.
    rows = [person(n, set={"firstName": f"Name{n}"}) for n in range(100)]
    await asker.change("importProfiles", ROWS, idempotencyKey="list", rows=rows)

    found = await pages(asker, backwards=backwards)

    assert [len(each) for each in found] == [7] * 14 + [2]
    # Compared as lists, so that nobody is missing and nobody is there twice.
    assert sorted(name for each in found for name in each) == sorted(f"Name{n}" for n in range(100))


async def test_feature_24_paging_sees_each_row_once_while_others_are_imported(asker: Asker) -> None:
    for name, of in (("first", range(20)), ("second", range(20, 40))):
        asker.clock.advance(1)
        rows = [person(n, set={"firstName": f"Name{n}"}) for n in of]
        await asker.change("importProfiles", ROWS, idempotencyKey=name, rows=rows)
    page = (await asker.ask(LIST, first=7))["profiles"]
    found = [each["firstName"] for each in page["nodes"]]

    for number in range(40, 60):
        asker.clock.advance(1)
        late = person(number, set={"firstName": f"Name{number}"})
        await asker.change("importProfiles", ROWS, idempotencyKey=f"late {number}", rows=[late])
        if page["pageInfo"]["hasNextPage"]:
            page = (await asker.ask(LIST, first=7, after=page["pageInfo"]["endCursor"]))["profiles"]
            found += [each["firstName"] for each in page["nodes"]]

    assert not page["pageInfo"]["hasNextPage"]
    # Of those who come in between each may be seen or not; of those who were there each is, once.
    assert len(found) == len(set(found))
    assert {f"Name{n}" for n in range(40)} <= set(found)


async def test_feature_2_each_of_the_seven_words_is_taken_over_and_shown_and_no_eighth(asker: Asker) -> None:
    words = [each.value for each in SubscriptionStatus]
    rows = [person(n, status=word, subscriptions=[at_shop(n, status=word)]) for n, word in enumerate(words)]

    done = await asker.change("importProfiles", ROWS, idempotencyKey="list", rows=rows)

    assert done["summary"]["created"] == 7
    for number, word in enumerate(words):
        page = (await asker.ask(PAGE, by={"identifier": card(number)}))["profile"]
        assert (page["status"], [each["status"] for each in page["subscriptions"]["nodes"]]) == (word, [word])
    for wrong in ("LEFT", 2):
        row = person(8, status=wrong)
        document = "mutation ($input: ImportProfilesInput!) { importProfiles(input: $input) { replayed } }"
        body = await asker.body(document, input={"idempotencyKey": "wrong", "rows": [row]})
        assert [each["extensions"]["code"] for each in body["errors"]] == ["BAD_USER_INPUT"]


async def test_evidence_and_the_ledger_say_where_it_came_from(asker: Asker) -> None:
    consent = {"at": "2023-11-01T10:00:00Z"}
    row = person(1, subscriptions=[at_shop(1, optIn=consent)])

    await asker.change("importProfiles", ROWS, idempotencyKey="list", rows=[row])

    page = (await asker.ask(PAGE, by={"identifier": card(1)}))["profile"]
    assert page["subscriptions"]["nodes"] == [
        {
            "channel": "EMAIL",
            "status": "SUBSCRIBED",
            "address": {"value": "person1@example.com"},
            "optIn": {"at": "2023-11-01T10:00:00.000Z", "source": "import"},
        }
    ]
    history = (await asker.ask(LEDGER, by={"identifier": card(1)}))["profile"]["consentHistory"]["nodes"]
    assert history == [
        {"fromStatus": None, "toStatus": "SUBSCRIBED", "cause": "import", "source": "import", "actor": "key_1"}
    ]


@pytest.mark.parametrize(("skips", "outcome", "people"), [("true", "CREATED", 1), ("false", "REFUSED", 0)])
async def test_a_wrong_address_of_a_subscription_refuses_its_row_or_is_skipped(
    asker: Asker, graph: Graph, skips: str, outcome: str, people: int
) -> None:
    row = person(1, subscriptions=[at_shop(1), at_shop(1, address={"phone": "12"})])
    selection = "rows { outcome userErrors { code field } }"

    done = await asker.change(
        "importProfiles", selection, idempotencyKey="list", rows=[row], skipInvalidSubscriptions=skips == "true"
    )

    wrong = {"code": "INVALID", "field": ["subscriptions", "1", "address", "phone"]}
    assert done["rows"] == [{"outcome": outcome, "userErrors": [wrong]}]
    assert await graph.read(PEOPLE) == people


async def test_a_batch_that_may_be_sent_again_does_not_increment(asker: Asker, graph: Graph) -> None:
    rows = [person(1, attributes=[{"increment": {"key": "points", "value": 1}}]), person(2)]

    done = await asker.change("importProfiles", ROWS, idempotencyKey="list", rows=rows)

    assert done["summary"] == {"received": 2, "created": 1, "updated": 0, "unchanged": 0, "refused": 1}
    assert done["rows"] == [
        {
            "index": 0,
            "outcome": "REFUSED",
            "userErrors": [{"code": "INVALID", "field": ["attributes", "0"], "index": 0}],
        }
    ]
    assert await graph.read(PEOPLE) == 1
