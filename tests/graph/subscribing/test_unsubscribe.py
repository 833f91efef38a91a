from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import pytest_asyncio

from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.errors import Refusal
from graph.idempotency import Done
from graph.people.reference import ProfileReference
from graph.statement import Statement
from graph.subscribing.resource import CategoryReference, ResourceReference
from graph.subscribing.unsubscribe import (
    AtResource,
    Everything,
    OfMessage,
    OnChannel,
    OneCategory,
    OneSubscription,
    Target,
    Unsubscribe,
    unsubscribe,
)
from graph.vocabulary import ChangeKind, Channel, SubscriptionStatus, UserErrorCode
from tests.graph.subscribing.leaving_world import NOW, NOW_TEXT, SEED, changed, contents

STATUSES = tuple(SubscriptionStatus)
ENDED = frozenset({SubscriptionStatus.SUBSCRIBED, SubscriptionStatus.UNCONFIRMED, SubscriptionStatus.SUSPENDED})
DAY = 24 * 3_600_000

# Of each level: what it is asked with, which subscriptions it ends, and what it writes besides.
LEVELS: dict[str, tuple[Callable[[str], Target], tuple[str, ...], tuple[str, ...]]] = {
    "category": (
        lambda status: OneCategory(f"sub_home_{status}", CategoryReference(key="news")),
        (),
        (
            "home{0} LEFT cat_news",
            "sub_home_{0}:cat_news 1",
            "sub_home_{0}:cat_news 1 ABOUT sub_home_{0}",
        ),
    ),
    "subscription": (lambda status: OneSubscription(f"sub_home_{status}"), ("home",), ()),
    "message": (lambda status: OfMessage(f"msg_{status}"), ("home",), ()),
    "resource": (
        lambda status: AtResource(ProfileReference(id=f"prf_{status}"), ResourceReference(key="shop")),
        ("gone", "home", "phone", "work"),
        (
            "prf_{0}:resource:res_shop",
            "prf_{0} OPTED_OUT",
            "prf_{0}:resource:res_shop OF res_shop",
        ),
    ),
    "channel": (
        lambda status: OnChannel(ProfileReference(id=f"prf_{status}"), Channel.EMAIL),
        ("club", "gone", "home", "work"),
        ("prf_{0}:channel:EMAIL", "prf_{0} OPTED_OUT"),
    ),
    "everything": (lambda status: Everything(ProfileReference(id=f"prf_{status}")), (), ()),
}


@pytest_asyncio.fixture(loop_scope="session")
async def people(graph: Graph) -> Graph:
    await graph.change(SEED, statuses=[str(each) for each in STATUSES])
    return graph


async def leave(graph: Graph, target: Target, now_ms: int = NOW, **more: object) -> Done:
    return await unsubscribe(graph, Unsubscribe(target, "key_1", **more), None, now_ms)  # type: ignore[arg-type]  # each test gives what it is about


def documented(level: str, status: SubscriptionStatus) -> dict[str, object]:
    """What rule 21 lets this level change for a person all of whose subscriptions have this status, and who has it."""
    _, names, besides = LEVELS[level]
    found: dict[str, object] = {each.format(status): "new" for each in besides}
    if status not in ENDED:
        return found
    if level == "everything":
        found[f"prf_{status}"] = {"status": "UNSUBSCRIBED"}
        found |= recorded(f"prf_{status}")
    if level == "message":
        found[f"msg_{status}"] = {"unsubscribedAt": NOW_TEXT}
    for name in names:
        found[f"{name}{status}" if name != "gone" else f"sub_gone_{status}"] = {"status": "UNSUBSCRIBED"}
        found |= recorded(f"sub_{name}_{status}")
    return found


def recorded(subject: str) -> dict[str, object]:
    return {f"{subject} 1": "new", f"{subject} 1 ABOUT {subject}": "new"}


@pytest.mark.parametrize("level", LEVELS)
async def test_feature_8_each_level_changes_exactly_the_documented_set_and_nothing_else(
    people: Graph, level: str
) -> None:
    target, names, _ = LEVELS[level]
    for status in STATUSES:
        before = await contents(people)

        done = await leave(people, target(status))

        found = plain(changed(before, await contents(people)))
        assert found == documented(level, status), (level, status)
        ended = sorted(f"sub_{name}_{status}" for name in names if status in ENDED)
        expected = ["sub_home_" + status] if level == "category" else ended
        assert done.result == {
            "profileId": f"prf_{status}",
            "changed": expected,
            "unchangedCount": len(names) - len(ended),
        }
        assert bool(done.changes) == bool(found)


def plain(found: dict[str, object]) -> dict[str, object]:
    """Ids of opt-outs are random."""
    heads = {name: name.partition(" OPTED_OUT ")[0] for name in found}
    return {heads[name] if heads[name] == name else f"{heads[name]} OPTED_OUT": each for name, each in found.items()}


@pytest.mark.parametrize("level", LEVELS)
async def test_leaving_twice_is_as_good_as_once(people: Graph, level: str) -> None:
    target, names, _ = LEVELS[level]
    first = await leave(people, target(SubscriptionStatus.SUBSCRIBED))
    before = await contents(people)

    again = await leave(people, target(SubscriptionStatus.SUBSCRIBED), NOW + 1)

    assert first.changes
    assert changed(before, await contents(people)) == {}
    assert (again.result["changed"], again.changes) == ([], ())
    assert again.result["unchangedCount"] == (1 if level == "category" else len(names))


async def test_feature_16_a_mandatory_category_cannot_be_left(people: Graph) -> None:
    before = await contents(people)

    with pytest.raises(Refusal) as refused:
        await leave(people, OneCategory("sub_home_SUBSCRIBED", CategoryReference(key="law")))

    assert [(each.code, each.field) for each in refused.value.user_errors] == [
        (UserErrorCode.CATEGORY_MANDATORY, ("target", "category", "category"))
    ]
    assert changed(before, await contents(people)) == {}


async def test_what_is_unknown_is_named_and_nothing_is_written(people: Graph) -> None:
    before = await contents(people)
    nobody, someone = ProfileReference(id="prf_none"), ProfileReference(id="prf_SUBSCRIBED")
    refused: list[tuple[str, ...] | None] = []
    for target in (
        OneSubscription("sub_none"),
        OfMessage("msg_none"),
        OneCategory("sub_none", CategoryReference(key="news")),
        OneCategory("sub_club_SUBSCRIBED", CategoryReference(key="news")),
        AtResource(nobody, ResourceReference(key="shop")),
        AtResource(someone, ResourceReference(key="none")),
        OnChannel(nobody, Channel.SMS),
        Everything(nobody),
    ):
        with pytest.raises(Refusal) as raised:
            await leave(people, target)
        assert [each.code for each in raised.value.user_errors] == [UserErrorCode.NOT_FOUND]
        refused.append(raised.value.user_errors[0].field)

    assert refused == [
        ("target", "subscription"),
        ("target", "message"),
        ("target", "category", "subscription"),
        ("target", "category", "category"),
        ("target", "resource", "profile", "id"),
        ("target", "resource", "resource"),
        ("target", "channel", "profile", "id"),
        ("target", "everything", "id"),
    ]
    assert changed(before, await contents(people)) == {}


async def test_evidence_of_tomorrow_is_refused(people: Graph) -> None:
    with pytest.raises(Refusal) as refused:
        await leave(people, OneSubscription("sub_home_SUBSCRIBED"), evidence=Evidence(NOW + DAY + 1))

    assert [(each.code, each.field) for each in refused.value.user_errors] == [
        (UserErrorCode.INVALID, ("evidence", "at"))
    ]


_RECORD = Statement(
    "record_of",
    """
    MATCH (c:ConsentRecord {subjectId: $id}) WITH c ORDER BY c.seq
    RETURN collect([c.fromStatus, c.toStatus, c.cause, c.at.epochMillis, c.actor, c.reason, c.evidenceUrl])
    """,
)
_SUSPEND = Statement(
    "suspend",
    """
    MATCH (s:Subscription {id: $id})
    SET s.suspendedUntil = datetime({epochMillis: $until}), s.consentExpiresAt = datetime({epochMillis: $expires})
    RETURN s.id
    """,
)


async def test_the_ledger_keeps_who_said_it_why_and_how(people: Graph) -> None:
    said = Evidence(NOW - 5, "192.0.2.1", "https://shop.example/bye")

    await leave(people, OneSubscription("sub_home_SUBSCRIBED"), reason="too much", evidence=said)

    assert await people.read(_RECORD, id="sub_home_SUBSCRIBED") == [
        ["SUBSCRIBED", "UNSUBSCRIBED", "unsubscribe", NOW, "key_1", "too much", "https://shop.example/bye"]
    ]


async def test_what_ran_out_before_is_recorded_at_its_time_before_the_leaving(people: Graph) -> None:
    await people.change(_SUSPEND, id="sub_home_SUSPENDED", until=NOW - 20, expires=NOW - 10)

    await leave(people, OneSubscription("sub_home_SUSPENDED"))

    assert await people.read(_RECORD, id="sub_home_SUSPENDED") == [
        ["SUSPENDED", "SUBSCRIBED", "suspension_ended", NOW - 20, "time", None, None],
        ["SUBSCRIBED", "UNCONFIRMED", "consent_expired", NOW - 10, "time", None, None],
        ["UNCONFIRMED", "UNSUBSCRIBED", "unsubscribe", NOW, "key_1", None, None],
    ]


_ABSORB = Statement(
    "absorb",
    """
    MATCH (loser:Profile)-[has:HAS_SUBSCRIPTION]->(lost:Subscription {id: $lost}), (kept:Subscription {id: $kept})
    DELETE has
    CREATE (loser)-[:HAD_SUBSCRIPTION]->(lost)-[:ABSORBED_BY]->(kept)
    REMOVE lost.key
    RETURN lost.id
    """,
)


async def test_one_that_was_absorbed_in_a_merge_is_left_where_it_went(people: Graph) -> None:
    await people.change(_ABSORB, lost="sub_neighbour_SUBSCRIBED", kept="sub_home_SUBSCRIBED")
    before = await contents(people)

    done = await leave(people, OneSubscription("sub_neighbour_SUBSCRIBED"))

    assert done.result["changed"] == ["sub_home_SUBSCRIBED"]
    assert changed(before, await contents(people)) == {
        "homeSUBSCRIBED": {"status": "UNSUBSCRIBED"},
        **recorded("sub_home_SUBSCRIBED"),
    }


async def test_an_address_under_an_opt_out_tells_both_what_changed(people: Graph) -> None:
    done = await leave(people, AtResource(ProfileReference(id="prf_SUBSCRIBED"), ResourceReference(id="res_shop")))

    assert [(each.profile_id, each.revision, each.kinds) for each in done.changes] == [
        ("prf_SUBSCRIBED", 1, frozenset({ChangeKind.SUBSCRIPTION, ChangeKind.PROFILE}))
    ]


async def test_32_who_leave_at_once_write_one_record(people: Graph) -> None:
    done = await asyncio.gather(*(leave(people, OneSubscription("sub_home_SUBSCRIBED")) for _ in range(32)))

    assert sorted(len(each.result["changed"]) for each in done) == [0] * 31 + [1]
    assert len(await people.read(_RECORD, id="sub_home_SUBSCRIBED")) == 1


_LAST = Statement(
    "status_and_last_record",
    """
    MATCH (s:Subscription {id: $id})
    RETURN [s.status, COLLECT { MATCH (c:ConsentRecord {subjectId: $id}) RETURN c.toStatus ORDER BY c.seq }]
    """,
)


async def test_leaving_a_resource_and_single_subscriptions_at_once_never_deadlocks(people: Graph) -> None:
    at_shop: Target = AtResource(ProfileReference(id="prf_SUBSCRIBED"), ResourceReference(key="shop"))
    on_email: Target = OnChannel(ProfileReference(id="prf_SUBSCRIBED"), Channel.EMAIL)
    single: list[Target] = [OneSubscription(f"sub_{name}_SUBSCRIBED") for name in ("work", "home", "phone", "club")]

    await asyncio.gather(*(leave(people, target) for _ in range(6) for target in (*single, at_shop, on_email)))

    for name in ("home", "work", "phone", "club", "gone"):
        assert await people.read(_LAST, id=f"sub_{name}_SUBSCRIBED") == ["UNSUBSCRIBED", ["UNSUBSCRIBED"]]
