from __future__ import annotations

from typing import Any

import pytest

from gateway.schema.build import build_schema
from graph.vocabulary import Right
from tests.gateway.doubles import ANNA, StubReader, World
from tests.gateway.schema.limited import ask, errors_of, limit, without
from tests.gateway.schema.test_payload import DummyMutation

_EMAIL = {"type": "EMAIL", "value": "anna@example.org"}
_INPUTS: dict[str, dict[str, Any]] = {
    "upsertProfile": {"identifiers": [_EMAIL]},
    "addIdentifier": {"profile": {"id": "prf_anna"}, "identifier": _EMAIL},
    "removeIdentifier": {"profile": {"id": "prf_anna"}, "identifier": _EMAIL},
    "verifyIdentifier": {
        "profile": {"id": "prf_anna"},
        "identifier": _EMAIL,
        "evidence": {"at": "2020-01-01T00:00:00Z"},
    },
    "blockIdentifierPlaceholder": {"value": "noreply@*"},
    "unblockIdentifierPlaceholder": {"blockedIdentifier": "blk_1"},
    "subscribe": {
        "profile": {"id": "prf_anna"},
        "resource": {"key": "shop"},
        "address": {"email": "anna@example.org"},
    },
    "confirmSubscription": {"token": "x"},
    "suspendSubscription": {"subscription": "sub_1", "until": "2030-01-01T00:00:00Z"},
    "resumeSubscription": {"subscription": "sub_1"},
    "setSubscriptionStatus": {"subscription": "sub_1", "status": "INVALID"},
    "setSubscriptionPriority": {"subscription": "sub_1", "priority": 0},
    "joinCategory": {"subscription": "sub_1", "category": {"key": "news"}},
    "archiveSubscription": {"subscription": "sub_1"},
    "restoreSubscription": {"subscription": "sub_1"},
    "replaceAddress": {"subscription": "sub_1", "address": {"email": "anna@example.org"}},
    "unsubscribe": {"target": {"subscription": "sub_1"}},
    "trackEvents": {"events": [], "idempotencyKey": "k"},
    "recordPurchases": {"purchases": [], "idempotencyKey": "k"},
    "sendMessage": {
        "profile": {"id": "prf_anna"},
        "resource": {"key": "shop"},
        "content": {"inline": {"email": {"subject": "Hello", "text": "Hello"}}},
        "idempotencyKey": "k",
    },
    "createTemplate": {"key": "order", "title": "Order", "content": {"sms": {"text": "Hello"}}},
    "updateTemplate": {"template": "tpl_1", "title": "Order"},
    "archiveTemplate": {"template": "tpl_1"},
    "cancelOutreach": {"outreach": "out_1"},
    "requeueMessages": {"messages": ["msg_1"], "idempotencyKey": "k"},
    "createResource": {"key": "shop", "title": "The shop", "channels": ["SMS"]},
    "updateResource": {"resource": {"key": "shop"}, "title": "The shop"},
}


_SENDING = {"sendMessage", "cancelOutreach", "requeueMessages"}


@pytest.fixture
def world() -> World:
    return World(schema=build_schema(DummyMutation), reader=StubReader(entities={"prf_anna": ANNA}))


@pytest.mark.parametrize("mutation", _INPUTS)
async def test_a_mutation_without_its_right_is_forbidden_and_does_nothing(mutation: str) -> None:
    world = World()
    needed = Right.MESSAGE_SEND if mutation in _SENDING else Right.PROFILE_WRITE
    limit(world, *without(needed))
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    body = await ask(
        world,
        f"mutation ($input: {kind}!) {{ mine: {mutation}(input: $input) {{ userErrors {{ code }} }} }}",
        input=_INPUTS[mutation],
    )

    assert body["data"] is None
    assert errors_of(body) == [("FORBIDDEN", "mine")]
    assert body["errors"][0]["message"] == f"This needs the right `{needed}`."
    # The stand-in for the graph cannot write: a try would have failed in another way.
    assert (world.graph.lookups, world.reader.asked, world.nudger.told) == (1, [], [])


async def test_of_two_mutations_only_the_forbidden_one_is_refused() -> None:
    world = World()
    limit(world, Right.MESSAGE_SEND)
    body = await ask(
        world,
        "mutation ($input: SendMessageInput!, $events: TrackEventsInput!) "
        "{ sendMessage(input: $input) { userErrors { code } } trackEvents(input: $events) { replayed } }",
        input={**_INPUTS["sendMessage"], "idempotencyKey": ""},
        events=_INPUTS["trackEvents"],
    )

    assert errors_of(body) == [("FORBIDDEN", "trackEvents")]


async def test_people_in_a_payload_are_kept_back_where_the_key_may_not_read_them(world: World) -> None:
    limit(world, Right.PROFILE_WRITE)
    body = await ask(world, 'mutation { dummy(name: "prf_anna") { who: profile { id } node { id } rows { index } } }')

    assert body["data"] == {"dummy": {"who": None, "node": None, "rows": [{"index": 0}]}}
    assert sorted(errors_of(body)) == [("FORBIDDEN", "dummy.node"), ("FORBIDDEN", "dummy.who")]
    assert world.reader.asked == []
    # The change itself was allowed and is told.
    assert world.nudger.told == [("prf_anna", (4, frozenset()))]


async def test_a_payload_without_the_right_to_people_is_null_where_it_must_name_them(world: World) -> None:
    limit(world, Right.PROFILE_WRITE)
    body = await ask(world, "mutation { dummy { people { id } } }")

    assert body["data"] is None
    assert errors_of(body) == [("FORBIDDEN", "dummy.people")]
    assert world.reader.asked == []


@pytest.mark.parametrize("sees_pii", [True, False])
async def test_a_payload_is_read_with_the_rights_of_the_key(world: World, *, sees_pii: bool) -> None:
    limit(world, *(Right if sees_pii else without(Right.PROFILE_PII)))
    body = await ask(world, 'mutation { dummy(name: "prf_anna") { profile { id firstName } } }')

    shown = {"id": "prf_anna", "firstName": "Anna" if sees_pii else None}
    assert body == {"data": {"dummy": {"profile": shown}}}
    assert world.reader.saw_pii == [sees_pii]


@pytest.mark.parametrize("rights", [(), ("profile:pii", "campaign:launch", "message:send", "")])
async def test_the_viewer_is_told_the_rights_that_are_known(rights: tuple[str, ...]) -> None:
    world = World()
    limit(world, *rights)

    known = [each for each in rights if each in tuple(Right)]
    assert await ask(world, "{ viewer { kind scopes } }") == {"data": {"viewer": {"kind": "API_KEY", "scopes": known}}}
