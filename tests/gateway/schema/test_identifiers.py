"""Identifiers as the API tells of them, from a document to the real graph and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.api_keys import Viewer
from gateway.operations import GraphQLRequest, Operations
from gateway.schema.api import SCHEMA
from gateway.schema.context import Services
from graph.clock import FixedClock
from graph.connection import Graph
from graph.reading.reader import Reader
from graph.vocabulary import ChangeKind, Right
from tests.gateway.doubles import KEYS, NOW, StubLive, StubNudger

EMAIL = {"type": "EMAIL", "value": "ann@shop.example"}
TILL = {"type": "EMAIL", "value": "Till@shop.example"}
CARD = {"type": "EXTERNAL", "namespace": "shop", "value": "17850"}
ERRORS = "userErrors { code field index }"


class Api:
    def __init__(self, graph: Graph) -> None:
        self.nudger = StubNudger()
        services = Services(
            graph, Reader(graph, b"k" * 32), FixedClock(NOW), self.nudger, self.nudger, StubLive(), KEYS
        )
        self._operations = Operations(SCHEMA, services)

    async def ask(self, document: str, *rights: Right, **variables: object) -> Mapping[str, Any]:
        viewer = Viewer("key_1", "API_KEY", rights or tuple(Right))
        outcome = await self._operations.run(GraphQLRequest(document, variables, None), viewer, "request")
        assert "errors" not in outcome.body, outcome.body
        data: Mapping[str, Any] = outcome.body["data"]
        return data

    async def mutate(self, name: str, selection: str, **given: object) -> Any:
        kind = f"{name[0].upper()}{name[1:]}Input"
        document = f"mutation ($input: {kind}!) {{ did: {name}(input: $input) {{ {selection} {ERRORS} }} }}"
        return (await self.ask(document, input=given))["did"]


@pytest.fixture
def api(graph: Graph, rehearsed: None) -> Api:  # noqa: ARG001  # It has to have been done.
    return Api(graph)


async def test_an_identifier_is_added_verified_and_removed(api: Api) -> None:
    ann = (await api.mutate("upsertProfile", "profile { id kind isIdentified }", identifiers=[EMAIL]))["profile"]
    assert (ann["kind"], ann["isIdentified"]) == ("LEAD", False)
    person = {"id": ann["id"]}

    proof = {"at": "2020-01-01T00:00:00Z", "source": "link"}
    verified = await api.mutate(
        "verifyIdentifier",
        "outcome profile { isIdentified revision } identifier { value }",
        profile=person,
        identifier=EMAIL,
        evidence=proof,
    )
    assert verified == {
        "outcome": "UPDATED",
        "profile": {"isIdentified": True, "revision": 2},
        "identifier": {"value": "ann@shop.example"},
        "userErrors": [],
    }

    added = await api.mutate(
        "addIdentifier",
        "outcome identifier { type } profile { identifiers { nodes { type } } }",
        profile={"identifier": EMAIL},
        identifier=CARD,
    )
    assert (added["outcome"], added["identifier"]) == ("UPDATED", {"type": "EXTERNAL"})
    assert {each["type"] for each in added["profile"]["identifiers"]["nodes"]} == {"EMAIL", "EXTERNAL"}

    removed = await api.mutate("removeIdentifier", "outcome profile { kind }", profile=person, identifier=EMAIL)
    assert removed == {"outcome": "UPDATED", "profile": {"kind": "ANONYMOUS"}, "userErrors": []}
    again = await api.mutate("removeIdentifier", "outcome", profile=person, identifier=EMAIL)
    assert again == {"outcome": "UNCHANGED", "userErrors": []}
    assert api.nudger.told == [
        (ann["id"], (1, frozenset({ChangeKind.PROFILE, ChangeKind.IDENTIFIER}))),
        *((ann["id"], (revision, frozenset({ChangeKind.IDENTIFIER}))) for revision in (2, 3, 4)),
    ]


async def test_what_is_blocked_is_listed_refused_with_its_place_and_lifted_again(api: Api) -> None:
    selection = "outcome blockedIdentifier { id type value }"
    blocked = await api.mutate("blockIdentifierPlaceholder", selection, value="till@*")
    assert (blocked["outcome"], blocked["blockedIdentifier"]["value"]) == ("CREATED", "till@*")

    # The same value twice keeps its places.
    refused = await api.mutate("upsertProfile", "profile { id }", identifiers=[CARD, CARD, TILL, EMAIL, TILL])
    assert refused == {
        "profile": None,
        "userErrors": [
            {"code": "IDENTIFIER_BLOCKED", "field": ["identifiers", "2"], "index": None},
            {"code": "IDENTIFIER_BLOCKED", "field": ["identifiers", "4"], "index": None},
        ],
    }
    event = {"type": "page.viewed", "occurredAt": "2020-01-01T00:00:00Z"}
    rows = [
        {**event, "externalId": "1", "identifiers": [CARD]},
        {**event, "externalId": "2", "identifiers": [TILL, CARD]},
        {**event, "externalId": "3", "identifiers": [TILL]},
    ]
    tracked = await api.mutate(
        "trackEvents",
        f"summary {{ created refused }} rows {{ index outcome {ERRORS} }}",
        events=rows,
        idempotencyKey="k",
    )
    at_second = {"code": "IDENTIFIER_BLOCKED", "field": ["identifiers", "0"], "index": 1}
    assert tracked == {
        "summary": {"created": 2, "refused": 1},
        "rows": [
            {"index": 0, "outcome": "CREATED", "userErrors": []},
            {"index": 1, "outcome": "CREATED", "userErrors": [at_second]},
            {"index": 2, "outcome": "REFUSED", "userErrors": [{**at_second, "index": 2}]},
        ],
        "userErrors": [],
    }

    listing = "{ blockedIdentifiers { nodes { id type value } count { value } } profiles { count { value } } }"
    everything = await api.ask(listing)
    assert everything["blockedIdentifiers"]["nodes"] == [
        {"id": blocked["blockedIdentifier"]["id"], "type": "EMAIL", "value": "till@*"}
    ]
    assert everything["profiles"]["count"]["value"] == 1
    without_pii = await api.ask(listing, Right.PROFILE_READ)
    assert [each["value"] for each in without_pii["blockedIdentifiers"]["nodes"]] == [None]

    lifted = await api.mutate(
        "unblockIdentifierPlaceholder", "unblockedId", blockedIdentifier=blocked["blockedIdentifier"]["id"]
    )
    assert lifted == {"unblockedId": blocked["blockedIdentifier"]["id"], "userErrors": []}
    assert (await api.ask(listing))["blockedIdentifiers"] == {"nodes": [], "count": {"value": 0}}
    assert (await api.mutate("upsertProfile", "outcome", identifiers=[TILL]))["outcome"] == "CREATED"


async def test_a_conflict_lists_its_candidates_whether_it_is_refused_or_a_merge_was_wanted(api: Api) -> None:
    for each in (EMAIL, CARD):
        await api.mutate("upsertProfile", "profile { id }", identifiers=[each])
    phone = {"type": "PHONE", "value": "+442079460000"}
    await api.mutate("upsertProfile", "profile { id }", identifiers=[phone])

    asked = {"identifiers": [EMAIL, phone], "set": {"firstName": "Eve"}}
    refused = await api.mutate("upsertProfile", "candidates { firstName kind }", **asked)
    merging = await api.mutate("upsertProfile", "candidates { firstName kind }", **asked, onConflict="MERGE")

    both = [{"firstName": None, "kind": "LEAD"}] * 2
    assert (refused["candidates"], merging["candidates"]) == (both, both)
    assert [each["userErrors"][0]["code"] for each in (refused, merging)] == ["AMBIGUOUS_MATCH", "MERGE_REFUSED"]
