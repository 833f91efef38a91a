"""What a person allows, from the request to the answer, on a real graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from gateway.api_keys import ALL_SCOPES, Viewer
from gateway.schema.api import SCHEMA
from gateway.schema.context import Context
from graph.clock import FixedClock
from graph.connection import Graph
from graph.errors import GraphTimeout
from graph.reading.reader import Reader
from graph.statement import Statement
from tests.gateway.doubles import NOW, World

_VIEWER = Viewer("key_1", "API_KEY", tuple(ALL_SCOPES))
_SEED = Statement(
    "seed",
    """
    CREATE (shop:Resource {id: 'res_shop', key: 'shop', title: 'Shop', channels: ['EMAIL', 'SMS'],
        createdAt: datetime({epochMillis: 1})})
    CREATE (shop)-[:OFFERS]->(:Category {id: 'cat_news', key: 'news', title: 'News', joinedByDefault: true})
    CREATE (shop)-[:OFFERS]->(:Category {id: 'cat_law', key: 'law', title: 'Law', mandatory: true})
    CREATE (p:Profile {id: 'prf_ann', status: 'SUBSCRIBED', revision: 0, kind: 'LEAD', isIdentified: false,
        createdAt: datetime({epochMillis: 1})})
    WITH shop, p UNWIND ['home', 'work'] AS name
    CREATE (i:Identifier {id: 'idn_' + name, key: 'EMAIL::' + name + '@x.example', type: 'EMAIL', domain: 'x.example',
        value: name + '@x.example', masked: name})-[:IDENTIFIES]->(p)
    CREATE (p)-[:HAS_SUBSCRIPTION]->(s:Subscription {id: 'sub_' + name, key: name, channel: 'EMAIL', priority: 0,
        status: 'SUBSCRIBED', createdAt: datetime({epochMillis: 1})})-[:AT]->(i)
    CREATE (s)-[:OF]->(shop)
    CREATE (:Message {id: 'msg_' + name, profileId: 'prf_ann', state: 'SENT', purpose: 'MARKETING', channel: 'EMAIL',
        createdAt: datetime({epochMillis: 1})})-[:TO]->(s)
    RETURN count(s)
    """,
    timeout_ms=30_000,
)
_LEAVE = """mutation ($input: UnsubscribeInput!) { unsubscribe(input: $input) {
    changed { id status } unchangedCount profile { id status } userErrors { code field } } }"""


@pytest_asyncio.fixture(loop_scope="session")
async def context(graph: Graph) -> Context:
    await graph.change(_SEED)
    services = replace(
        World().services(), graph=graph, reader=Reader(graph, clock=FixedClock(NOW)), clock=FixedClock(NOW)
    )
    return Context.of(services, _VIEWER, "req_1")


async def ask(context: Context, document: str, given: Mapping[str, Any] | None = None) -> Any:
    """The answer's one field. A graph that has just started may think too long about its first plan."""
    variables = None if given is None else {"input": given}
    while True:
        result = await SCHEMA.execute(document, variables, context_value=context)
        if any(isinstance(each.original_error, GraphTimeout) for each in result.errors or ()):
            continue
        assert result.errors is None, result.errors
        assert result.data is not None
        return next(iter(result.data.values()))


async def leave(context: Context, target: Mapping[str, Any], **more: Any) -> Any:
    return await ask(context, _LEAVE, {"target": target, **more})


@pytest.mark.parametrize(
    ("target", "changed", "unchanged", "status"),
    [
        ({"category": {"subscription": "sub_home", "category": {"key": "news"}}}, {"sub_home": "SUBSCRIBED"}, 0, True),
        ({"subscription": "sub_home"}, {"sub_home": "UNSUBSCRIBED"}, 0, True),
        ({"message": "msg_work"}, {"sub_work": "UNSUBSCRIBED"}, 0, True),
        (
            {"resource": {"profile": {"id": "prf_ann"}, "resource": {"id": "res_shop"}}},
            {"sub_home": "UNSUBSCRIBED", "sub_work": "UNSUBSCRIBED"},
            0,
            True,
        ),
        ({"channel": {"profile": {"id": "prf_ann"}, "channel": "SMS"}}, {}, 0, True),
        ({"everything": {"identifier": {"type": "EMAIL", "value": "HOME@x.example"}}}, {}, 0, False),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) and value else "",
)
async def test_features_8_and_9_each_level_answers_with_what_it_changed(
    context: Context, target: dict[str, Any], changed: dict[str, str], unchanged: int, *, status: bool
) -> None:
    payload = await leave(context, target)

    assert payload == {
        "changed": [{"id": each, "status": status} for each, status in changed.items()],
        "unchangedCount": unchanged,
        "profile": {"id": "prf_ann", "status": "SUBSCRIBED" if status else "UNSUBSCRIBED"},
        "userErrors": [],
    }


async def test_feature_16_and_what_is_unknown_are_user_errors_with_their_paths(context: Context) -> None:
    found = []
    for target in (
        {"category": {"subscription": "sub_home", "category": {"id": "cat_law"}}},
        {"message": "msg_none"},
        {"resource": {"profile": {"identifier": {"type": "EMAIL", "value": "no"}}, "resource": {"key": "shop"}}},
        {"channel": {"profile": {"identifier": {"type": "EMAIL", "value": "eve@x.example"}}, "channel": "SMS"}},
        {"everything": {"id": "prf_none"}},
    ):
        payload = await leave(context, target)
        assert payload["profile"] is None
        found.append([(each["code"], ".".join(each["field"])) for each in payload["userErrors"]])

    assert found == [
        [("CATEGORY_MANDATORY", "target.category.category")],
        [("NOT_FOUND", "target.message")],
        [("INVALID", "target.resource.profile.identifier")],
        [("NOT_FOUND", "target.channel.profile.identifier")],
        [("NOT_FOUND", "target.everything.id")],
    ]


async def test_a_no_is_in_the_history_with_its_evidence_and_stands_as_an_opt_out(context: Context) -> None:
    shown = {"at": "2023-11-14T22:13:19Z", "ip": "192.0.2.1", "source": "letter"}
    target = {"resource": {"profile": {"id": "prf_ann"}, "resource": {"key": "shop"}}}
    await leave(context, target, reason="too much", evidence=shown)

    person = await ask(
        context,
        """{ profile(by: {id: "prf_ann"}) { optOuts { resource { key } channel since }
        consentHistory(first: 1) { nodes { fromStatus toStatus cause actor reason subscription { id }
        evidence { at ip source } } count { value } }
        timeline(kinds: [CONSENT], last: 1) { nodes { kind ... on ConsentRecord { scope } } } } }""",
    )

    assert person["optOuts"] == [{"resource": {"key": "shop"}, "channel": None, "since": "2023-11-14T22:13:20.000Z"}]
    assert person["consentHistory"] == {
        "nodes": [
            {
                "fromStatus": "SUBSCRIBED",
                "toStatus": "UNSUBSCRIBED",
                "cause": "unsubscribe",
                "actor": "key_1",
                "reason": "too much",
                "subscription": {"id": "sub_work"},
                "evidence": {"at": "2023-11-14T22:13:19.000Z", "ip": "192.0.2.1", "source": "letter"},
            }
        ],
        "count": {"value": 2},
    }
    assert person["timeline"] == {"nodes": [{"kind": "CONSENT", "scope": "SUBSCRIPTION"}]}


_STOP = """mutation ($input: SuppressInput!) { suppress(input: $input) {
    suppression { id kind pattern masked resource { key } channel reason until } userErrors { code field } } }"""
_LIFT = """mutation ($input: UnsuppressInput!) { unsuppress(input: $input) {
    suppressionId userErrors { code field } } }"""
_SHOWN = '{ identifier(by: {type: EMAIL, value: "home@x.example"}) { suppression { id kind } } }'


async def test_feature_14_an_address_and_a_domain_are_stopped_and_let_go(context: Context) -> None:
    address = {"pattern": {"address": {"type": "EMAIL", "value": "Home@X.example"}}}
    domain = {"pattern": {"domain": "X.example"}, "channel": "EMAIL", "resource": {"key": "shop"}}

    one = (await ask(context, _STOP, {"target": address, "reason": "asked"}))["suppression"]
    all_of_them = (await ask(context, _STOP, {"target": domain, "reason": "rude", "until": "2024-01-01T00:00:00Z"}))[
        "suppression"
    ]

    assert one == {
        "id": one["id"],
        "kind": "ADDRESS",
        "pattern": "home@x.example",
        "masked": "home",
        "resource": None,
        "channel": None,
        "reason": "asked",
        "until": None,
    }
    assert all_of_them == {
        "id": all_of_them["id"],
        "kind": "DOMAIN",
        "pattern": "x.example",
        "masked": "x.example",
        "resource": {"key": "shop"},
        "channel": "EMAIL",
        "reason": "rude",
        "until": "2024-01-01T00:00:00.000Z",
    }
    assert await ask(context, _SHOWN) == {"suppression": {"id": one["id"], "kind": "ADDRESS"}}
    listed = await ask(context, "{ suppressions { nodes { id } } }")
    assert {each["id"] for each in listed["nodes"]} == {one["id"], all_of_them["id"]}

    assert await ask(context, _LIFT, {"target": {"target": domain}}) == {
        "suppressionId": all_of_them["id"],
        "userErrors": [],
    }
    for expected in (one["id"], None):
        lifted = await ask(context, _LIFT, {"target": {"suppression": one["id"]}})
        assert lifted == {"suppressionId": expected, "userErrors": []}
    assert await ask(context, _SHOWN) == {"suppression": None}


async def test_what_cannot_be_stopped_is_named(context: Context) -> None:
    wrong = [
        {"target": {"pattern": {"domain": "a@b.example"}}, "reason": " "},
        {"target": {"pattern": {"address": {"type": "EMAIL", "value": "x"}}}, "reason": "asked"},
        {"target": {"pattern": {"domain": "b.example"}, "resource": {"key": "none"}}, "reason": "asked"},
        {"target": {"pattern": {"domain": "b.example"}}, "reason": "asked", "until": "2020-01-01T00:00:00Z"},
    ]

    found = [(await ask(context, _STOP, each))["userErrors"] for each in wrong]

    assert [[(each["code"], ".".join(each["field"])) for each in errors] for errors in found] == [
        [("INVALID", "target.pattern.domain"), ("REQUIRED", "reason")],
        [("INVALID", "target.pattern.address")],
        [("NOT_FOUND", "target.resource")],
        [("INVALID", "until")],
    ]


_PUT = """mutation ($input: SetProfileStatusInput!) { setProfileStatus(input: $input) {
    profile { status } userErrors { code field } } }"""


async def test_a_bar_above_the_subscriptions_is_set_and_lifted_by_newer_evidence(context: Context) -> None:
    who = {"profile": {"id": "prf_ann"}}

    barred = await ask(context, _PUT, {**who, "status": "COMPLAINED"})
    refused = await ask(context, _PUT, {**who, "status": "SUBSCRIBED"})
    lifted = await ask(
        context, _PUT, {**who, "status": "SUBSCRIBED", "evidence": {"at": "2023-11-14T22:13:21Z", "source": "phone"}}
    )

    assert barred == {"profile": {"status": "COMPLAINED"}, "userErrors": []}
    assert refused == {"profile": None, "userErrors": [{"code": "CONSENT_REQUIRED", "field": ["evidence"]}]}
    assert lifted == {"profile": {"status": "SUBSCRIBED"}, "userErrors": []}
