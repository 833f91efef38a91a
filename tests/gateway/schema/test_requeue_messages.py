from __future__ import annotations

from typing import Any

import pytest_asyncio

from graph import outbox
from graph.connection import Graph
from graph.outbox import AttemptOutcome, AttemptRecord
from graph.vocabulary import MessageState
from tests.gateway.doubles import NOW
from tests.gateway.subscribing.asking import Asker

ANN = {"identifier": {"type": "EMAIL", "value": "ann@example.com"}}
SHOP = {"key": "shop"}
LETTER = {"inline": {"email": {"subject": "News", "text": "Hello"}}}
ROWS = "summary { received updated refused } rows { index outcome id userErrors { code } } replayed"
DEAD_LETTERS = """{ messages(filter: {states: [FAILED, UNKNOWN]}) { nodes {
  messageState reason attempts { nodes { outcome answer } } receipts { nodes { id } } } } }"""


@pytest_asyncio.fixture(loop_scope="session")
async def asker(graph: Graph) -> Asker:
    asker = Asker(graph)
    await asker.change("createResource", "", key="shop", title="Shop", channels=["EMAIL"], sender="shop@example.com")
    await asker.change("subscribe", "", profile=ANN, resource=SHOP, address={"email": "ann@example.com"})
    return asker


async def failed(asker: Asker, graph: Graph) -> str:
    given: dict[str, Any] = {"profile": ANN, "resource": SHOP, "content": LETTER, "idempotencyKey": "k"}
    selection = "outreach { messages { nodes { id } } }"
    (message,) = (await asker.change("sendMessage", selection, **given))["outreach"]["messages"]["nodes"]
    claimed = await outbox.claim(graph, [message["id"]], 30_000, NOW)
    record = AttemptRecord(message["id"], MessageState.FAILED, AttemptOutcome.REFUSED, "smtp", "550 no")
    await outbox.finish(graph, claimed.token, [record], NOW)
    found: str = message["id"]
    return found


async def test_dead_letters_are_listed_with_why_and_queued_again_row_by_row(asker: Asker, graph: Graph) -> None:
    message_id = await failed(asker, graph)
    assert (await asker.ask(DEAD_LETTERS))["messages"]["nodes"] == [
        {
            "messageState": "FAILED",
            "reason": "550 no",
            "attempts": {"nodes": [{"outcome": "REFUSED", "answer": "550 no"}]},
            "receipts": {"nodes": []},
        }
    ]

    payload = await asker.change("requeueMessages", ROWS, messages=["msg_none", message_id], idempotencyKey="r")

    shown = {
        "summary": {"received": 2, "updated": 1, "refused": 1},
        "rows": [
            {"index": 0, "outcome": "REFUSED", "id": None, "userErrors": [{"code": "NOT_FOUND"}]},
            {"index": 1, "outcome": "UPDATED", "id": message_id, "userErrors": []},
        ],
        "replayed": False,
        "userErrors": [],
    }
    assert payload == shown
    assert (await asker.ask(DEAD_LETTERS))["messages"]["nodes"] == []
    again = await asker.change("requeueMessages", ROWS, messages=["msg_none", message_id], idempotencyKey="r")
    assert again == {**shown, "replayed": True}
    # The first answer and its repetition wake a worker each, after what the letter itself did.
    assert [told for told, _ in asker.nudger.told].count(message_id) == 3


async def test_without_a_key_or_with_too_many_nothing_is_queued(asker: Asker, graph: Graph) -> None:
    message_id = await failed(asker, graph)

    for key, messages, error in (
        ("", [message_id], {"code": "REQUIRED", "field": ["idempotencyKey"]}),
        ("r", [message_id] * 1_001, {"code": "LIMIT_EXCEEDED", "field": ["messages"]}),
    ):
        payload = await asker.tried("requeueMessages", "summary { received }", messages=messages, idempotencyKey=key)
        assert payload == {"summary": None, "userErrors": [error]}

    assert len((await asker.ask(DEAD_LETTERS))["messages"]["nodes"]) == 1
