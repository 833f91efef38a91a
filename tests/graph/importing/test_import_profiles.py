"""Lists of people are taken over: every row by itself, and nobody who said no is written to."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.consent.profile_status import SetProfileStatus, set_profile_status
from graph.erasing.erase import EraseProfile, erase_profile
from graph.identifiers import identifier
from graph.people.attribute_change import AttributeChange, AttributeOperation
from graph.people.attribute_definition import AttributeDefinition, define_attribute
from graph.people.reference import ProfileReference
from graph.people.upsert import UpsertMode
from graph.statement import Statement
from graph.subscribing.resource import CategoryReference, ResourceReference
from graph.subscribing.unsubscribe import AtResource, Unsubscribe, unsubscribe
from graph.vocabulary import AttributeType, IdentifierType, RowOutcome, SubscriptionStatus, UserErrorCode
from tests.graph.importing.lists import EVERYTHING, TERMS, at, errors, imported, outcomes, row
from tests.graph.subscribing.shop import (
    ANN,
    BREAKS,
    COUNTS,
    HOUR,
    NOW,
    OWNERS,
    PERSON,
    SHOP,
    card,
    email,
    join,
    ledger,
    open_shop,
    subscriptions,
    token,
)

CREATED, UPDATED, UNCHANGED, REFUSED = (
    RowOutcome.CREATED,
    RowOutcome.UPDATED,
    RowOutcome.UNCHANGED,
    RowOutcome.REFUSED,
)
PHONE = identifier(IdentifierType.PHONE, "", "+442079460001")
CONSENT_REQUIRED = UserErrorCode.CONSENT_REQUIRED
IDS = Statement(
    "ids",
    "MATCH (:Profile)-[:HAS_SUBSCRIPTION]->(s)-[:AT]->(i) WITH s ORDER BY s.channel, i.value RETURN collect(s.id)",
)
LOYALTY = Statement("loyalty", "MATCH (p:Profile {id: $id}) RETURN p.attr_visits")


async def id_of(graph: Graph, name: str) -> str:
    (profile_id,) = await graph.read(OWNERS, key=card(name).key)
    return str(profile_id)


async def test_a_list_makes_people_with_their_subscriptions_and_one_record_of_each(graph: Graph) -> None:
    await open_shop(graph)
    phone = identifier(IdentifierType.PHONE, "", "+442079460002")
    ann = row(
        "ann", at(email("ann"), opt_in=Evidence(NOW - HOUR, ip="192.0.2.7")), at(PHONE), fields={"firstName": "Ann"}
    )
    bob = row("bob", at(email("bob")), at(phone, "UNSUBSCRIBED"), index=1)

    results = await imported(graph, ann, bob)

    assert (outcomes(results), errors(results)) == ([CREATED, CREATED], [[], []])
    assert [each.id for each in results] == [await id_of(graph, "ann"), await id_of(graph, "bob")]
    assert await graph.read(COUNTS) == [2, 4, 4, 6]
    assert await subscriptions(graph, str(results[0].id)) == [
        ["ann@example.com", "SUBSCRIBED", 0],
        ["+442079460001", "SUBSCRIBED", 0],
    ]
    assert await subscriptions(graph, str(results[1].id)) == [
        ["bob@example.com", "SUBSCRIBED", 0],
        ["+442079460002", "UNSUBSCRIBED", 0],
    ]
    assert [await ledger(graph, each) for each in await graph.read(IDS)] == [
        [[None, "SUBSCRIBED", "import"]],
        [[None, "SUBSCRIBED", "import"]],
        [[None, "SUBSCRIBED", "import"]],
        [[None, "UNSUBSCRIBED", "import"]],
    ]
    assert await graph.read(BREAKS) == []
    assert await graph.read(PERSON, id=results[0].id) == ["SUBSCRIBED", "SUBSCRIBER", 1]


async def test_the_same_list_again_changes_nothing_at_all(graph: Graph) -> None:
    await open_shop(graph)
    rows = [
        row("ann", at(email("ann"), priority=0, opt_in=Evidence(NOW)), at(PHONE), fields={"firstName": "Ann"}),
        row("bob", at(email("bob"), "COMPLAINED"), index=1, status=SubscriptionStatus.UNSUBSCRIBED),
        row("cleo", at(email("cleo"), categories=(CategoryReference(key="tips"),)), at(token()), index=2),
    ]
    first = await imported(graph, *rows)
    before = await graph.read(EVERYTHING)

    again = await imported(graph, *rows, now_ms=NOW + HOUR)

    assert outcomes(first) == [CREATED, CREATED, CREATED]
    assert (outcomes(again), errors(again)) == ([UNCHANGED] * 3, [[], [], []])
    assert await graph.read(EVERYTHING) == before


async def test_a_new_address_goes_on_top_and_two_of_one_row_stand_in_its_order(graph: Graph) -> None:
    await open_shop(graph)
    await join(graph, email("old"))
    (results,) = await imported(graph, row("ann", at(email("ann")), at(email("ann2"))))

    assert [each[::2] for each in await subscriptions(graph, str(results.id))] == [
        ["ann2@example.com", 0],
        ["ann@example.com", 1],
        ["old@example.com", 2],
    ]


async def test_no_list_opens_what_was_left_complained_of_or_bounced(graph: Graph) -> None:
    await open_shop(graph)
    closed = ("UNSUBSCRIBED", "COMPLAINED", "HARD_BOUNCED", "INVALID")
    await imported(graph, *(row(f"p{n}", at(email(f"p{n}"), status), index=n) for n, status in enumerate(closed)))
    before = await graph.read(EVERYTHING)

    results = await imported(graph, *(row(f"p{n}", at(email(f"p{n}")), index=n) for n in range(4)), now_ms=NOW + HOUR)

    not_allowed = UserErrorCode.STATE_NOT_ALLOWED
    assert outcomes(results) == [UNCHANGED] * 4
    assert errors(results) == [
        [(CONSENT_REQUIRED, ("subscriptions", "0", "optIn"))],
        *([[(not_allowed, ("subscriptions", "0", "address"))]] * 3),
    ]
    assert await graph.read(EVERYTHING) == before


async def test_a_newer_consent_ends_the_waiting_for_it_and_no_leaving(graph: Graph) -> None:
    await open_shop(graph)
    rows = [row("ann", at(email("ann"), "UNCONFIRMED")), row("bob", at(email("bob"), "UNSUBSCRIBED"), index=1)]
    await imported(graph, *rows)
    consent = Evidence(NOW + 1)

    old = await imported(graph, row("ann", at(email("ann"), opt_in=Evidence(NOW))), now_ms=NOW + HOUR)
    new = await imported(
        graph,
        row("ann", at(email("ann"), opt_in=consent)),
        row("bob", at(email("bob"), opt_in=consent), index=1),
        now_ms=NOW + HOUR,
    )

    refused = [(CONSENT_REQUIRED, ("subscriptions", "0", "optIn"))]
    assert (outcomes(old), errors(old)) == ([UNCHANGED], [[(CONSENT_REQUIRED, ("subscriptions", "0", "optIn", "at"))]])
    assert (outcomes(new), errors(new)) == ([UPDATED, UNCHANGED], [[], refused])
    assert [await ledger(graph, each) for each in await graph.read(IDS)] == [
        [[None, "UNCONFIRMED", "import"], ["UNCONFIRMED", "SUBSCRIBED", "import"]],
        [[None, "UNSUBSCRIBED", "import"]],
    ]


async def test_a_list_narrows_what_is_open_and_changes_nothing_stricter(graph: Graph) -> None:
    await open_shop(graph)
    await join(graph, email("ann"))
    left = await imported(graph, row("ann", at(email("ann"), "UNSUBSCRIBED")), now_ms=NOW + 1)
    spam = await imported(graph, row("ann", at(email("ann"), "COMPLAINED")), now_ms=NOW + 2)
    back = await imported(graph, row("ann", at(email("ann"), "UNSUBSCRIBED")), now_ms=NOW + 3)

    assert [outcomes(each) for each in (left, spam, back)] == [[UPDATED], [UPDATED], [UNCHANGED]]
    assert errors(back) == [[(UserErrorCode.STATE_NOT_ALLOWED, ("subscriptions", "0", "status"))]]
    (subscription,) = await graph.read(IDS)
    assert await ledger(graph, subscription) == [
        [None, "SUBSCRIBED", "subscribe"],
        ["SUBSCRIBED", "UNSUBSCRIBED", "import"],
        ["UNSUBSCRIBED", "COMPLAINED", "import"],
    ]


async def test_a_standing_opt_out_is_not_got_round_by_a_new_address(graph: Graph) -> None:
    await open_shop(graph)
    await join(graph, email("ann"))
    await unsubscribe(graph, Unsubscribe(AtResource(ANN, SHOP), "test"), None, NOW)

    refused = await imported(graph, row("ann", at(email("second"))), now_ms=NOW + 1)
    lifted = await imported(graph, row("ann", at(email("second"), opt_in=Evidence(NOW + 2))), now_ms=NOW + 3)

    assert (outcomes(refused), errors(refused)) == (
        [UPDATED],
        [[(CONSENT_REQUIRED, ("subscriptions", "0", "optIn"))]],
    )
    assert (outcomes(lifted), errors(lifted)) == ([UPDATED], [[]])
    assert await subscriptions(graph, await id_of(graph, "ann")) == [
        ["second@example.com", "SUBSCRIBED", 0],
        ["ann@example.com", "UNSUBSCRIBED", 1],
    ]


async def test_a_person_who_is_barred_as_a_whole_gets_nothing_opened_and_no_list_lifts_the_bar(graph: Graph) -> None:
    await open_shop(graph)
    await imported(graph, row("ann"))
    bar = SetProfileStatus(ANN, SubscriptionStatus.UNSUBSCRIBED, "test")
    await set_profile_status(graph, bar, None, NOW)

    given = row("ann", at(email("ann")), status=SubscriptionStatus.SUBSCRIBED)
    results = await imported(graph, given, now_ms=NOW + 1)

    assert outcomes(results) == [UNCHANGED]
    assert errors(results) == [
        [(CONSENT_REQUIRED, ("status",)), (UserErrorCode.PROFILE_BARRED, ("subscriptions", "0"))]
    ]
    assert await subscriptions(graph, await id_of(graph, "ann")) == []


async def test_a_status_of_the_person_is_taken_over_with_its_record(graph: Graph) -> None:
    await open_shop(graph)
    given = row("ann", at(email("ann")), status=SubscriptionStatus.UNSUBSCRIBED)
    (result,) = await imported(graph, given)

    assert await graph.read(PERSON, id=result.id) == ["UNSUBSCRIBED", "LEAD", 1]
    assert await ledger(graph, str(result.id)) == [["SUBSCRIBED", "UNSUBSCRIBED", "import"]]
    assert [each[1] for each in await subscriptions(graph, str(result.id))] == ["SUBSCRIBED"]


async def test_who_was_erased_does_not_come_back_by_an_old_list(graph: Graph) -> None:
    await open_shop(graph)
    terms = replace(TERMS, erased_key=b"a key of the test's own")
    (first,) = await imported(graph, row("ann", at(email("ann"))))
    command = EraseProfile(ProfileReference(id=first.id), b"a key of the test's own")
    await erase_profile(graph, command, None, NOW + HOUR)
    before = await graph.read(EVERYTHING)

    old = await imported(graph, row("ann", at(email("ann"), opt_in=Evidence(NOW))), terms=terms, now_ms=NOW + 2 * HOUR)

    assert outcomes(old) == [REFUSED]
    assert {code for code, _ in errors(old)[0]} == {CONSENT_REQUIRED}
    assert await graph.read(EVERYTHING) == before
    consent = Evidence(NOW + 2 * HOUR)
    new = await imported(graph, row("ann", at(email("ann"), opt_in=consent)), terms=terms, now_ms=NOW + 3 * HOUR)
    assert (outcomes(new), errors(new)) == ([CREATED], [[]])


async def test_where_a_consent_must_be_confirmed_a_list_without_evidence_waits_for_it(graph: Graph) -> None:
    await open_shop(graph, require_double_opt_in=True)
    rows = [row("ann", at(email("ann"))), row("bob", at(email("bob"), opt_in=Evidence(NOW)), index=1)]

    results = await imported(graph, *rows)

    statuses = [(await subscriptions(graph, str(each.id)))[0][1] for each in results]
    assert statuses == ["UNCONFIRMED", "SUBSCRIBED"]


async def test_modes_decide_whether_somebody_may_be_made_or_changed(graph: Graph) -> None:
    await imported(graph, row("ann"))
    rows = [
        row("ann", mode=UpsertMode.CREATE),
        row("bob", index=1, mode=UpsertMode.UPDATE),
        row("ann", index=2, mode=UpsertMode.UPDATE, fields={"city": "Rome"}),
        row("cleo", index=3, mode=UpsertMode.CREATE),
    ]
    results = await imported(graph, *rows)

    assert outcomes(results) == [REFUSED, REFUSED, UPDATED, CREATED]
    assert errors(results)[:2] == [
        [(UserErrorCode.TAKEN, ("identifiers",))],
        [(UserErrorCode.NOT_FOUND, ("identifiers",))],
    ]
    assert await graph.read(COUNTS) == [2, 0, 0, 4]


async def test_a_subscription_that_cannot_be_takes_its_row_along_or_is_skipped(graph: Graph) -> None:
    await open_shop(graph)
    wrong = row("ann", at(email("ann")), at(email("ann"), resource=ResourceReference(key="nowhere")))

    refused = await imported(graph, wrong)
    assert (outcomes(refused), await graph.read(COUNTS)) == ([REFUSED], [0, 0, 0, 0])
    skipped = await imported(graph, wrong, terms=replace(TERMS, skip_invalid_subscriptions=True))

    missing = [(UserErrorCode.NOT_FOUND, ("subscriptions", "1", "resource"))]
    assert errors(refused) == errors(skipped) == [missing]
    assert (outcomes(skipped), await graph.read(COUNTS)) == ([CREATED], [1, 1, 1, 2])


async def test_rows_of_one_list_that_mean_the_same_person_make_one(graph: Graph) -> None:
    await open_shop(graph)
    rows = [row("ann", at(email("ann"))), row("ann", at(email("ann")), at(email("ann2")), index=1)]

    results = await imported(graph, *rows)

    assert outcomes(results) == [CREATED, UPDATED]
    assert results[0].id == results[1].id
    assert await graph.read(COUNTS) == [1, 2, 2, 3]


async def test_the_same_list_eight_times_at_once_makes_each_person_once(graph: Graph) -> None:
    await open_shop(graph)
    rows = [row(f"p{n}", at(email(f"p{n}")), at(email("family")), index=n) for n in range(20)]

    results = await asyncio.gather(*(imported(graph, *rows) for _ in range(8)))

    assert sum(each is CREATED for one in results for each in outcomes(one)) == 20
    assert await graph.read(COUNTS) == [20, 40, 40, 41]
    assert await graph.read(BREAKS) == []


async def test_feature_24_two_lists_at_once_that_increment_count_both(graph: Graph) -> None:
    await define_attribute(graph, AttributeDefinition("visits", AttributeType.INTEGER), None, NOW)
    await imported(graph, row("ann"))
    more = row("ann", attributes=(AttributeChange(AttributeOperation.INCREMENT, "visits", 1),))

    await asyncio.gather(*(imported(graph, more) for _ in range(8)))

    assert await graph.read(LOYALTY, id=await id_of(graph, "ann")) == 8


@pytest.mark.parametrize("value", ["test@test.com", "null@example.com"])
async def test_a_placeholder_is_left_out_named_and_never_matches(graph: Graph, value: str) -> None:
    nobody = identifier(IdentifierType.EMAIL, "", value)
    rows = [row(f"p{n}", index=n, identifiers=(card(f"p{n}"), nobody)) for n in range(3)]

    results = await imported(graph, *rows)

    assert outcomes(results) == [CREATED] * 3
    assert errors(results) == [[(UserErrorCode.IDENTIFIER_BLOCKED, ("identifiers", "1"))]] * 3
    assert await graph.read(COUNTS) == [3, 0, 0, 3]


async def test_a_placeholder_on_10_000_rows_joins_nobody_and_is_reported_on_every_row(graph: Graph) -> None:
    nobody = identifier(IdentifierType.EMAIL, "", "test@test.com")
    rows = [row(f"p{n}", index=n, identifiers=(nobody, card(f"p{n}"))) for n in range(10_000)]

    results = await imported(graph, *rows)

    assert len({each.id for each in results}) == 10_000
    assert outcomes(results) == [CREATED] * 10_000
    assert errors(results) == [[(UserErrorCode.IDENTIFIER_BLOCKED, ("identifiers", "0"))]] * 10_000
    assert await graph.read(COUNTS) == [10_000, 0, 0, 10_000]
    assert await graph.read(OWNERS, key=nobody.key) == []
