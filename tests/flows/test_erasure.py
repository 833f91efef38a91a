"""Somebody is erased from the whole running stack: graph, Redis and logs are searched for what was theirs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import neo4j
import redis

from tests.flows.test_one_letter import wait_for

if TYPE_CHECKING:
    from tests.conftest import Stack

DEFINE = 'mutation { defineAttribute(input: {key: "nickname", type: STRING}) { userErrors { code } } }'
UPSERT = """mutation ($input: UpsertProfileInput!) {
  upsertProfile(input: $input) { profile { id } userErrors { code message } } }"""
SUBSCRIBE = """mutation ($input: SubscribeInput!) {
  subscribe(input: $input) { subscription { id } userErrors { code message } } }"""
TRACK = """mutation ($input: TrackEventsInput!) {
  trackEvents(input: $input) { summary { created } userErrors { code } } }"""
BUY = """mutation ($input: RecordPurchasesInput!) {
  recordPurchases(input: $input) { summary { created } userErrors { code } } }"""
SEND = """mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { outreach { messages { nodes { id } } } userErrors { code } } }"""
SENT = "query ($id: ID!) { message(id: $id) { messageState } }"
MERGE = """mutation ($input: MergeProfilesInput!) {
  mergeProfiles(input: $input) { merge { id } userErrors { code } } }"""
SPLIT = """mutation ($input: SplitProfilesInput!) {
  splitProfiles(input: $input) { restored { id } userErrors { code } } }"""
OPEN = """mutation ($input: CreateResourceInput!) {
  createResource(input: $input) { resource { id } userErrors { code } } }"""
SIGN_OUT = """mutation ($input: SignOutDeviceInput!) {
  signOutDevice(input: $input) { profile { id } userErrors { code } } }"""
ERASE = """mutation ($input: EraseProfileInput!) {
  eraseProfile(input: $input) { erasedProfileId userErrors { code } } }"""
PROFILE = "query ($id: ID!) { profile(by: {id: $id}) { id } node(id: $id) { id } }"

# Every property of every node and edge, lists by their values.
_FOUND = """
CALL () { MATCH (n) RETURN n AS it UNION ALL MATCH ()-[r]->() RETURN r AS it }
UNWIND keys(it) AS key
UNWIND CASE WHEN it[key] IS :: LIST<ANY> THEN it[key] ELSE [it[key]] END AS value
WITH toLower(toStringOrNull(value)) AS text WHERE text IS NOT NULL
UNWIND [secret IN $secrets WHERE text CONTAINS secret] AS secret
RETURN DISTINCT secret
"""


class Secrets:
    """Words that stand nowhere else, each of them in another place of the product."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}

    def of(self, place: str) -> str:
        return self.words.setdefault(place, f"{place}{uuid.uuid4().hex[:12]}")

    def phone(self) -> str:
        """The graph has it backwards as well, to find it by its end."""
        number = f"+4477{uuid.uuid4().int % 10**8:08}"
        self.words["phone"], self.words["enohp"] = number, number[::-1]
        return number


def told(stack: Stack, document: str, **given: Any) -> dict[str, Any]:
    (payload,) = stack.ask(document, input=given).values()
    assert payload["userErrors"] == []
    assert isinstance(payload, dict)
    return payload


def somebody_with_everything(stack: Stack, secrets: Secrets) -> tuple[str, str]:
    """The ids of two profiles that became one, the survivor's first."""
    stack.ask(DEFINE)
    mail = {"type": "EMAIL", "value": f"{secrets.of('mail')}@erased.example"}
    cookie = {"type": "COOKIE", "namespace": "site", "value": secrets.of("cookie")}
    person = told(
        stack,
        UPSERT,
        identifiers=[
            mail,
            {"type": "EXTERNAL", "namespace": "crm", "value": secrets.of("card")},
            {"type": "PHONE", "value": secrets.phone()},
        ],
        set={"firstName": secrets.of("first"), "lastName": secrets.of("last"), "city": secrets.of("city")},
        attributes=[{"set": {"key": "nickname", "value": secrets.of("nick")}}],
        idempotencyKey=secrets.of("key"),
    )["profile"]["id"]
    guest = told(stack, UPSERT, identifiers=[cookie], set={"firstName": secrets.of("guest")})["profile"]["id"]
    told(
        stack,
        SUBSCRIBE,
        profile={"id": person},
        resource={"key": "shop"},
        address={"email": mail["value"]},
        optIn={
            "at": "2026-01-01T10:00:00Z",
            "ip": "2001:db8::5eed",
            "url": f"https://{secrets.of('page')}.example/join",
            "wording": secrets.of("wording"),
        },
    )
    event = {
        "externalId": secrets.of("event"),
        "identifiers": [cookie],
        "type": "page.viewed",
        "occurredAt": "2026-01-01T10:00:00Z",
        "properties": {"query": secrets.of("property")},
        "context": {"ip": "2001:db8::5eed", "url": f"https://{secrets.of('visit')}.example/"},
    }
    told(stack, TRACK, events=[event], idempotencyKey=secrets.of("batch"))
    line = {"sku": {"source": "shop", "sku": "mug"}, "quantity": 1, "unitPrice": "5.00"}
    order = {
        "externalId": secrets.of("order"),
        "identifiers": [mail],
        "placedAt": "2026-01-01T10:00:00Z",
        "currency": "GBP",
        "total": "5.00",
        "lines": [line],
    }
    told(stack, BUY, purchases=[order], idempotencyKey=secrets.of("orders"))
    letter = {"subject": secrets.of("subject"), "text": f"Dear {secrets.of('body')}"}
    sent = told(
        stack,
        SEND,
        profile={"id": person},
        resource={"key": "shop"},
        purpose="TRANSACTIONAL",
        content={"inline": {"email": letter}},
        idempotencyKey=secrets.of("letter"),
    )
    (message,) = sent["outreach"]["messages"]["nodes"]
    wait_for(lambda: stack.ask(SENT, id=message["id"])["message"]["messageState"] == "SENT", "a letter that is SENT")
    sign_out_of_an_app(stack, secrets, person)
    # Merged, parted and merged again: two undo logs hold what both had.
    merging = {"from": {"id": guest}, "into": {"id": person}, "evidence": secrets.of("evidence")}
    merge = told(stack, MERGE, **merging)["merge"]["id"]
    told(stack, SPLIT, merge=merge)
    told(stack, MERGE, **merging)
    return person, guest


def sign_out_of_an_app(stack: Stack, secrets: Secrets, person: str) -> None:
    """The token is the person's no more, and their subscription at it stays."""
    app, token = f"app-{uuid.uuid4().hex[:8]}", secrets.of("token")
    told(stack, OPEN, key=app, title="App", channels=["MOBILE_PUSH"])
    address = {"mobilePush": {"provider": "FIREBASE", "token": token, "app": app}}
    told(stack, SUBSCRIBE, profile={"id": person}, resource={"key": app}, address=address)
    device = {"type": "PUSH_TOKEN", "namespace": app, "value": token}
    told(stack, SIGN_OUT, profile={"id": person}, devices=[device])


def environment(stack: Stack) -> dict[str, str]:
    announced: dict[str, str] = json.loads((stack.data / "stack.json").read_text())["environment"]
    return announced


def found_in_graph(stack: Stack, words: Iterable[str]) -> set[str]:
    where = environment(stack)
    auth = ("neo4j", where["GRAPH_PASSWORD"])
    with neo4j.GraphDatabase.driver(where["GRAPH_URI"], auth=auth) as driver, driver.session() as session:
        return {str(record["secret"]) for record in session.run(_FOUND, secrets=sorted(words))}


def found_in_redis(stack: Stack, words: Iterable[str]) -> set[str]:
    with redis.Redis.from_url(environment(stack)["REDIS_URL"], decode_responses=True) as client:
        texts = [f"{key!r} {held(client, key)!r}".lower() for key in client.scan_iter("*")]
    return {word for word in words for text in texts if word in text}


def held(client: redis.Redis, key: str) -> object:
    read: dict[str, Callable[[], object]] = {
        "string": lambda: client.get(key),
        "hash": lambda: client.hgetall(key),
        "set": lambda: client.smembers(key),
        "list": lambda: client.lrange(key, 0, -1),
        "zset": lambda: client.zrange(key, 0, -1),
        "stream": lambda: client.xrange(key),
        # It went away since it was listed.
        "none": lambda: None,
    }
    return read[str(client.type(key))]()


def logs(stack: Stack) -> Iterator[Path]:
    return (path for path in stack.data.rglob("*") if path.is_file() and ".log" in path.name)


def found_in_logs(stack: Stack, words: Iterable[str]) -> set[str]:
    texts = [path.read_bytes().lower() for path in logs(stack)]
    assert any(texts)
    return {word for word in words for text in texts if word.encode() in text}


def test_after_an_erasure_nothing_of_the_person_is_in_any_property_redis_key_or_log(stack: Stack) -> None:
    secrets = Secrets()
    person, guest = somebody_with_everything(stack, secrets)
    words = {*secrets.words.values(), "2001:db8::5eed"}
    # Keys of idempotency are kept as hashes alone, also of those who are not erased.
    keys = {secrets.of(place) for place in ("key", "batch", "orders", "letter")}
    assert found_in_graph(stack, words) == words - keys

    receipt = told(stack, ERASE, profile={"id": guest})

    assert receipt["erasedProfileId"] == person
    assert found_in_graph(stack, words) == set()
    assert found_in_redis(stack, words) == set()
    assert found_in_logs(stack, words) == set()
    for profile_id in (person, guest):
        assert stack.ask(PROFILE, id=profile_id) == {"profile": None, "node": None}
