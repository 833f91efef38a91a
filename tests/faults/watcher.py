"""Somebody who looks at a person while things break."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp

from tests.faults.rig import Rig

_WATCH: Final = "subscription ($id: ID!) { profileChanged(id: $id) { revision } }"
_OPEN_S: Final = 15.0


@asynccontextmanager
async def watching(there: Rig, profile_id: str) -> AsyncIterator[list[int]]:
    """The revisions that one socket is told, the newest last; the list grows while it is open.

    Raises AssertionError at the end where the socket was closed or told anything else meanwhile.
    """
    revisions: list[int] = []
    async with there.session.ws_connect(f"{there.url}/graphql", protocols=["graphql-transport-ws"]) as socket:
        await socket.send_json({"type": "connection_init", "payload": {"Authorization": f"Bearer {there.key}"}})
        assert await socket.receive_json(timeout=_OPEN_S) == {"type": "connection_ack"}
        asked = {"query": _WATCH, "variables": {"id": profile_id}}
        await socket.send_json({"id": "1", "type": "subscribe", "payload": asked})
        listening = asyncio.create_task(_listen(socket, revisions))
        try:
            yield revisions
            assert not listening.done(), listening
        finally:
            listening.cancel()


async def _listen(socket: aiohttp.ClientWebSocketResponse, revisions: list[int]) -> None:
    async for message in socket:
        told = json.loads(message.data)
        if told["type"] == "ping":
            await socket.send_json({"type": "pong"})
        else:
            revisions.append(told["payload"]["data"]["profileChanged"]["revision"])
