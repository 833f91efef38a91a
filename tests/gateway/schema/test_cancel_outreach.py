from __future__ import annotations

from typing import Any

import pytest_asyncio

from graph.connection import Graph
from tests.gateway.subscribing.asking import Asker

ANN = {"identifier": {"type": "EMAIL", "value": "ann@example.com"}}
SHOP = {"key": "shop"}
LETTER = {"inline": {"email": {"subject": "News", "text": "Hello"}}}
SHOWN = "outreach { id state messages { nodes { messageState } } } cancelled tooLate replayed"


@pytest_asyncio.fixture(loop_scope="session")
async def asker(graph: Graph) -> Asker:
    asker = Asker(graph)
    await asker.change("createResource", "", key="shop", title="Shop", channels=["EMAIL"], sender="shop@example.com")
    await asker.change("subscribe", "", profile=ANN, resource=SHOP, address={"email": "ann@example.com"})
    return asker


async def outreach(asker: Asker) -> str:
    given: dict[str, Any] = {"profile": ANN, "resource": SHOP, "content": LETTER, "idempotencyKey": "k"}
    found: str = (await asker.change("sendMessage", "outreach { id }", **given))["outreach"]["id"]
    return found


async def test_a_letter_that_waits_is_taken_back_and_the_same_again_is_the_same_answer(asker: Asker) -> None:
    outreach_id = await outreach(asker)

    payload = await asker.change("cancelOutreach", SHOWN, outreach=outreach_id, idempotencyKey="c")

    shown = {
        "outreach": {"id": outreach_id, "state": "CANCELLED", "messages": {"nodes": [{"messageState": "CANCELLED"}]}},
        "cancelled": 1,
        "tooLate": 0,
        "replayed": False,
        "userErrors": [],
    }
    assert payload == shown
    again = await asker.change("cancelOutreach", SHOWN, outreach=outreach_id, idempotencyKey="c")
    assert again == {**shown, "replayed": True}


async def test_what_nobody_sent_is_a_user_error_and_counts_nothing(asker: Asker) -> None:
    payload = await asker.tried("cancelOutreach", SHOWN, outreach="out_none")

    assert payload == {
        "outreach": None,
        "cancelled": 0,
        "tooLate": 0,
        "replayed": False,
        "userErrors": [{"code": "NOT_FOUND", "field": ["outreach"]}],
    }
