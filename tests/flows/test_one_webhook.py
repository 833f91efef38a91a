"""From a mutation to somebody's own server, through the whole running stack."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import uuid
from typing import TYPE_CHECKING, Any

from standardwebhooks import Webhook

from tests.dispatch.http_provider import Says, provider
from tests.flows.test_one_letter import MESSAGE, wait_until_sent

if TYPE_CHECKING:
    from tests.conftest import Stack

RESOURCE = """
mutation ($key: String!) {
  createResource(input: {idempotencyKey: $key, key: $key, title: "Orders", channels: [WEBHOOK]}) {
    resource { id } userErrors { code message field }
  }
}
"""
SUBSCRIBE = """
mutation ($person: String!, $resource: String!, $url: String!) {
  subscribe(input: {
    profile: {identifier: {type: CUSTOM, namespace: "shops", value: $person}}, resource: {key: $resource}
    address: {webhook: $url}
  }) { subscription { id channel profile { id } } userErrors { code message field } }
}
"""
SEND = """
mutation ($profile: ID!, $resource: String!, $key: String!, $data: JSON!) {
  sendMessage(input: {
    idempotencyKey: $key, profile: {id: $profile}, resource: {key: $resource}, purpose: TRANSACTIONAL
    content: {inline: {webhook: $data}}
  }) { userErrors { code message field } outreach { refusedBy messages { nodes { id channel } } } }
}
"""


def secret_of(stack: Stack, url: str) -> str:
    """As whoever runs the stack asks for it."""
    command = (sys.executable, "-m", "gateway.cli", "webhook-secret", url)
    environment = {**os.environ, "CUSTOMER_GRAPH_DATA": str(stack.data)}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


def send(stack: Stack, url: str, data: dict[str, Any]) -> dict[str, Any]:
    key = uuid.uuid4().hex
    assert stack.ask(RESOURCE, key=key)["createResource"]["userErrors"] == []
    subscribed = stack.ask(SUBSCRIBE, person=key, resource=key, url=url)["subscribe"]
    assert (subscribed["userErrors"], subscribed["subscription"]["channel"]) == ([], "WEBHOOK")
    profile = subscribed["subscription"]["profile"]["id"]
    payload: dict[str, Any] = stack.ask(SEND, profile=profile, resource=key, key=key, data=data)["sendMessage"]
    assert (payload["userErrors"], payload["outreach"]["refusedBy"]) == ([], None)
    return payload


async def test_a_message_arrives_signed_and_its_receiver_verifies_it_with_the_secret_it_was_told(stack: Stack) -> None:
    data = {"order": "A-17", "lines": ["2 mugs", "1 ☂"], "paid": True}
    async with provider(Says(204)) as there:
        url = f"{there.url}/in?shop=1"
        payload = await asyncio.to_thread(send, stack, url, data)
        await asyncio.to_thread(wait_until_sent, stack, payload)

        [node] = payload["outreach"]["messages"]["nodes"]
        [asked] = there.asked
        assert (asked.method, asked.path, asked.query) == ("POST", "/in", "shop=1")
        assert (node["channel"], asked.headers["webhook-id"]) == ("WEBHOOK", node["id"])
        secret = await asyncio.to_thread(secret_of, stack, url)
        heard = Webhook(secret).verify(asked.body, dict(asked.headers))
        assert (heard["type"], heard["data"]) == ("message", data)
        message = (await asyncio.to_thread(stack.ask, MESSAGE, id=node["id"]))["message"]
        assert [each["outcome"] for each in message["attempts"]["nodes"]] == ["ACCEPTED"]
