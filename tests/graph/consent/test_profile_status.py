from __future__ import annotations

import pytest

from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.consent.profile_status import SetProfileStatus, set_profile_status
from graph.consent.strictness import widens
from graph.errors import Refusal
from graph.idempotency import Done
from graph.people.reference import ProfileReference
from graph.statement import Statement
from graph.vocabulary import ChangeKind, UserErrorCode
from graph.vocabulary import SubscriptionStatus as Status

NOW = 1_790_000_000_000
SEED = Statement(
    "seed",
    """
    CREATE (p:Profile {id: 'prf_1', status: 'SUBSCRIBED', revision: 4, kind: 'SUBSCRIBER', isIdentified: false})
    CREATE (p)-[:HAS_SUBSCRIPTION]->(s:Subscription {id: 'sub_1', status: 'SUBSCRIBED'})
    RETURN p.id
    """,
)
STATE = Statement(
    "state",
    """
    MATCH (p:Profile {id: 'prf_1'})-[:HAS_SUBSCRIPTION]->(s)
    RETURN [p.status, p.revision, p.kind, s.status, COLLECT {
        MATCH (c:ConsentRecord) RETURN [c.seq, c.scope, c.fromStatus, c.toStatus, c.cause, c.reason] ORDER BY c.seq }]
    """,
)


async def put(
    graph: Graph, status: Status, evidence: Evidence | None = None, now_ms: int = NOW, reason: str | None = None
) -> Done:
    command = SetProfileStatus(ProfileReference(id="prf_1"), status, "key_1", evidence, reason)
    return await set_profile_status(graph, command, None, now_ms)


async def test_a_bar_stands_above_the_subscriptions_which_stay(graph: Graph) -> None:
    await graph.change(SEED)

    done = await put(graph, Status.UNSUBSCRIBED, reason="asked by phone")
    again = await put(graph, Status.UNSUBSCRIBED)

    assert await graph.read(STATE) == [
        "UNSUBSCRIBED", 5, "ANONYMOUS", "SUBSCRIBED",
        [[1, "PROFILE", "SUBSCRIBED", "UNSUBSCRIBED", "status_set", "asked by phone"]],
    ]  # fmt: skip
    assert [(each.revision, each.kinds) for each in done.changes] == [(5, frozenset({ChangeKind.PROFILE}))]
    assert again.changes == ()


@pytest.mark.parametrize("evidence", [None, Evidence(NOW - 1), Evidence(NOW)])
async def test_a_bar_is_lifted_only_by_newer_evidence(graph: Graph, evidence: Evidence | None) -> None:
    await graph.change(SEED)
    await put(graph, Status.COMPLAINED)

    with pytest.raises(Refusal) as refused:
        await put(graph, Status.UNSUBSCRIBED, evidence, NOW + 5)

    assert [each.code for each in refused.value.user_errors] == [UserErrorCode.CONSENT_REQUIRED]
    assert (await graph.read(STATE))[0] == "COMPLAINED"
    await put(graph, Status.SUBSCRIBED, Evidence(NOW + 1), NOW + 5)
    assert (await graph.read(STATE))[:3] == ["SUBSCRIBED", 6, "SUBSCRIBER"]


def test_the_order_of_strictness_is_the_designs() -> None:
    order = [
        Status.COMPLAINED,
        Status.HARD_BOUNCED,
        Status.UNSUBSCRIBED,
        Status.INVALID,
        Status.SUSPENDED,
        Status.UNCONFIRMED,
        Status.SUBSCRIBED,
    ]

    found = [(before, after) for before in order for after in order if widens(before, after)]

    assert found == [(before, after) for place, before in enumerate(order) for after in order[place + 1 :]]
