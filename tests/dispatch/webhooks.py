"""A webhook account of the tests, and what is sent by it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from dispatch.channels.webhook import WebhookSender
from dispatch.outcome import Outcome
from graph.delivery import Delivery
from graph.ids import IdPrefix, new_id
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose

LEASE_MS = 2_000
NEW = f"whsec_{b64encode(bytes(range(32))).decode()}"
OLD = f"whsec_{b64encode(b'an old secret of this account').decode()}"
NOTE = Delivery(
    message_id=new_id(IdPrefix.MESSAGE, 1_713_608_760_960),
    channel=Channel.WEBHOOK,
    purpose=MessagePurpose.TRANSACTIONAL,
    attempt=1,
    facts=ReachFacts(None, None),
    address="http://127.0.0.1:1/",
    sender=None,
    payload='{"order":"A-1","note":"für\\u00fc ☂","paid":true}',
)
BODY = (
    '{"type":"message","timestamp":"2024-04-20T10:26:00.960Z","data":{"order":"A-1","note":"für\\u00fc ☂","paid":true}}'
).encode()


def url(secret: str = NEW, **options: str) -> str:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items())
    return f"webhook://:{quote(secret, safe='')}@/?{query}"


def opened(secret: str = NEW, lease_ms: int = LEASE_MS, **options: str) -> WebhookSender:
    return WebhookSender.from_url(url(secret, **{"allow": "127.0.0.0/8", **options}), "WEBHOOK_URL", lease_ms)


async def sent(sender: WebhookSender, address: str, **changes: Any) -> Outcome:
    try:
        return await sender.send(replace(NOTE, address=address, **changes))
    finally:
        await sender.close()
