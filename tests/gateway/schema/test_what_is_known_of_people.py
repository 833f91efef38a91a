"""Attributes, what devices tell, and relations: written by mutations and read again, on a real graph."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from graph.connection import Graph
from graph.vocabulary import Right
from tests.oracle.fast_path import FastPath

Ask = Callable[..., Awaitable[Any]]

_DEFINE = """mutation ($key: String!, $type: AttributeType!, $values: [String!]) {
  defineAttribute(input: {key: $key, type: $type, values: $values}) {
    attributeDefinition { key type values indexed } outcome userErrors { code field } } }"""
_UPSERT = """mutation ($value: String!, $changes: [AttributeChange!]) {
  upsertProfile(input: {identifiers: [{type: EXTERNAL, namespace: "known", value: $value}], attributes: $changes}) {
    profile { id revision attributes { key value text } } outcome userErrors { code field } } }"""
_UPDATE = """mutation ($id: ID!, $revision: Int, $changes: [AttributeChange!]) {
  updateProfile(input: {profile: {id: $id}, ifRevision: $revision, attributes: $changes}) {
    profile { attribute(key: "stars") { value } } userErrors { code field } } }"""
_TRACK = """mutation ($event: EventInput!) { trackEvents(input: {idempotencyKey: "known-1", events: [$event]}) {
  rows { outcome userErrors { code field index } } } }"""
_PAGE = """query ($id: ID!) { node(id: $id) { ... on Profile { city attribute(key: "stars") { value }
  effectiveTimezone { zone source } tracked { ip browser os timezone lastAt }
  events { nodes { properties } } } } }"""
_RELATE = """mutation ($from: ID!, $to: ID!) {
  relateProfiles(input: {from: {id: $from}, to: {id: $to}, type: "parent", properties: {lives: "here"}}) {
    relation { type to { id } properties } outcome userErrors { code } } }"""
_UNRELATE = """mutation ($from: ID!, $to: ID!) {
  unrelateProfiles(input: {from: {id: $from}, to: {id: $to}, type: "parent"}) {
    profile { relations { count { value } } } outcome } }"""


@pytest.fixture
def ask(graph: Graph) -> Ask:
    gateway = FastPath(graph, b"the key of these tests' cursors.")

    async def answer(document: str, **variables: object) -> Any:
        body = await gateway.answer(document, variables, frozenset(Right))
        assert "errors" not in body, body
        return body["data"]

    return answer


async def _defined(ask: Ask, key: str, type_: str, values: list[str] | None = None) -> Any:
    return (await ask(_DEFINE, key=key, type=type_, values=values))["defineAttribute"]


async def test_an_attribute_travels_from_its_definition_to_the_page(ask: Ask) -> None:
    made = await _defined(ask, "rank", "ENUM", ["gold", "silver"])
    assert made["attributeDefinition"] == {
        "key": "rank", "type": "ENUM", "values": ["gold", "silver"], "indexed": False,
    }  # fmt: skip
    assert (await _defined(ask, "rank", "ENUM", ["silver"]))["outcome"] == "UNCHANGED"
    assert (await _defined(ask, "rank", "TAGS"))["userErrors"] == [{"code": "TAKEN", "field": ["type"]}]
    assert (await _defined(ask, "Rank", "ENUM"))["userErrors"] == [
        {"code": "INVALID", "field": ["key"]},
        {"code": "REQUIRED", "field": ["values"]},
    ]
    await _defined(ask, "stars", "INTEGER")
    await _defined(ask, "labels", "TAGS")

    changes = [
        {"set": {"key": "rank", "value": "gold"}},
        {"increment": {"key": "stars", "value": 2}},
        {"set": {"key": "labels", "value": ["b", "a"]}},
    ]
    person = (await ask(_UPSERT, value="1", changes=changes))["upsertProfile"]
    wrong = await ask(_UPSERT, value="1", changes=[{"set": {"key": "rank", "value": "lead"}}, {"unset": "nope"}])

    assert person["profile"]["attributes"] == [
        {"key": "labels", "value": ["b", "a"], "text": "b, a"},
        {"key": "rank", "value": "gold", "text": "gold"},
        {"key": "stars", "value": 2, "text": "2"},
    ]
    assert wrong["upsertProfile"]["userErrors"] == [
        {"code": "INVALID", "field": ["attributes", "0", "set", "value"]},
        {"code": "NOT_FOUND", "field": ["attributes", "1", "unset"]},
    ]
    more = [{"increment": {"key": "stars", "value": 1}}]
    identity = person["profile"]["id"]
    assert (await ask(_UPDATE, id=identity, revision=1, changes=more))["updateProfile"] == {
        "profile": {"attribute": {"value": 3}},
        "userErrors": [],
    }
    assert (await ask(_UPDATE, id=identity, revision=1, changes=more))["updateProfile"] == {
        "profile": None,
        "userErrors": [{"code": "REVISION_CHANGED", "field": ["ifRevision"]}],
    }
    found = await ask('{ profiles(search: "rank:gold") { nodes { id } } }')
    assert found == {"profiles": {"nodes": [{"id": identity}]}}


async def test_an_event_tells_about_the_person_and_the_device(ask: Ask) -> None:
    await _defined(ask, "stars", "INTEGER")
    person = (await ask(_UPSERT, value="2", changes=None))["upsertProfile"]["profile"]
    event = {
        "source": "known",
        "externalId": "1",
        "identifiers": [{"type": "EXTERNAL", "namespace": "known", "value": "2"}],
        "type": "page.viewed",
        "occurredAt": "2023-11-01T12:00:00Z",
        "set": {"city": "York"},
        "attributes": [{"increment": {"key": "stars", "value": 5}}],
        "context": {
            "ip": "192.0.2.7",
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "timezone": "Europe/Paris",
            "url": "https://shop.example/",
        },
    }

    wrong = {**event, "set": {"country": "xx"}, "context": {"ip": "300.0.0.1", "timezone": "Mars"}}
    refused = (await ask(_TRACK.replace("known-1", "known-0"), event=wrong))["trackEvents"]["rows"]
    assert refused == [
        {
            "outcome": "REFUSED",
            "userErrors": [
                {"code": "INVALID", "field": ["set", "country"], "index": 0},
                {"code": "INVALID", "field": ["context", "ip"], "index": 0},
                {"code": "INVALID", "field": ["context", "timezone"], "index": 0},
            ],
        }
    ]
    assert (await ask(_TRACK, event=event))["trackEvents"]["rows"] == [{"outcome": "CREATED", "userErrors": []}]

    assert (await ask(_PAGE, id=person["id"]))["node"] == {
        "city": "York",
        "attribute": {"value": 5},
        "effectiveTimezone": {"zone": "Europe/Paris", "source": "TRACKED"},
        "tracked": {
            "ip": "192.0.2.7",
            "browser": "Firefox",
            "os": "Linux",
            "timezone": "Europe/Paris",
            "lastAt": "2023-11-01T12:00:00.000Z",
        },
        "events": {"nodes": [{"properties": {"url": "https://shop.example/"}}]},
    }


async def test_people_are_related_and_not_any_more(ask: Ask) -> None:
    ann, bob = [(await ask(_UPSERT, value=each, changes=None))["upsertProfile"]["profile"]["id"] for each in "34"]

    made = (await ask(_RELATE, **{"from": ann, "to": bob}))["relateProfiles"]
    ended = (await ask(_UNRELATE, **{"from": ann, "to": bob}))["unrelateProfiles"]

    assert made == {
        "relation": {"type": "parent", "to": {"id": bob}, "properties": {"lives": "here"}},
        "outcome": "CREATED",
        "userErrors": [],
    }
    assert ended == {"profile": {"relations": {"count": {"value": 0}}}, "outcome": "UPDATED"}
