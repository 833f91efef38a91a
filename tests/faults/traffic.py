"""People who are sent messages and say no, and what was answered to whoever asked for that."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

from tests.faults.books import Books
from tests.faults.rig import Rig

_RESOURCE: Final = """mutation ($input: CreateResourceInput!) { createResource(input: $input) {
    resource { id } userErrors { code } } }"""
_PEOPLE: Final = """mutation ($input: ImportProfilesInput!) { importProfiles(input: $input) {
    rows { id } userErrors { code } } }"""
_SEND: Final = """mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
    outreach { id messages { nodes { id } } } userErrors { code } } }"""
_LEAVE: Final = """mutation ($input: UnsubscribeInput!) { unsubscribe(input: $input) { userErrors { code } } }"""
_ERASE: Final = """mutation ($input: EraseProfileInput!) { eraseProfile(input: $input) { userErrors { code } } }"""
_PAUSE_S: Final = 0.1


@dataclass(slots=True)
class Traffic:
    """`sent` are messages by their idempotency keys, None where the person could not be reached any more.

    `left` is when an opt-out was answered, in seconds since the epoch, by profile.
    """

    rig: Rig
    policy: str = "RETRY"
    people: list[str] = field(default_factory=list)
    sent: dict[str, str | None] = field(default_factory=dict)
    whose: dict[str, str] = field(default_factory=dict)
    left: dict[str, float] = field(default_factory=dict)
    # Of whom not even the messages are left.
    erased: set[str] = field(default_factory=set)
    # How often a client had to ask again, not knowing what had become of it.
    repeats: int = 0

    def books(self) -> Books:
        return Books(
            policy=self.policy,
            sent=self.sent,
            whose=self.whose,
            left=self.left,
            erased=frozenset(self.erased),
            entries=self.rig.receivers.entries,
            crashes=self.rig.crashes,
        )

    async def furnish(self, people: int) -> None:
        resource = {"key": "shop", "title": "Shop", "channels": ["WEBHOOK"], "onUnknown": self.policy}
        await self._until_answered(_RESOURCE, resource)
        rows = [
            {
                "identifiers": [{"type": "EXTERNAL", "namespace": "test", "value": f"p{number}"}],
                "subscriptions": [
                    {
                        "resource": {"key": "shop"},
                        "address": {"webhook": f"http://127.0.0.1:{self.rig.receivers.port}/{number}"},
                    }
                ],
            }
            for number in range(people)
        ]
        answer = await self._until_answered(_PEOPLE, {"rows": rows, "idempotencyKey": "people"})
        self.people = [row["id"] for row in answer["importProfiles"]["rows"]]
        assert len(self.people) == people

    async def send(self, number: int) -> None:
        """Asks until it is answered, with the same key, as a client that wants to be sure does."""
        person, key = self.people[number % len(self.people)], f"send-{number}"
        answer = await self._until_answered(
            _SEND,
            {
                "profile": {"id": person},
                "resource": {"key": "shop"},
                "content": {"inline": {"webhook": {"number": number}}},
                "idempotencyKey": key,
            },
        )
        found = answer["sendMessage"]["outreach"]["messages"]["nodes"]
        self.sent[key] = found[0]["id"] if found else None
        if found:
            self.whose[found[0]["id"]] = person

    async def leave(self, person: str) -> None:
        await self._until_answered(_LEAVE, {"target": {"everything": {"id": person}}})
        self.left[person] = time.time()

    async def erase(self, person: str) -> None:
        await self._until_answered(_ERASE, {"profile": {"id": person}})
        self.left[person] = time.time()
        self.erased.add(person)

    async def _until_answered(self, document: str, given: dict[str, Any]) -> dict[str, Any]:
        while True:
            try:
                answer = await self.rig.ask(document, {"input": given})
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
                self.repeats += 1
                await asyncio.sleep(_PAUSE_S)
                continue
            errors = next(iter(answer.values()))["userErrors"]
            if errors and errors[0]["code"] == "IDEMPOTENCY_IN_PROGRESS":
                await asyncio.sleep(_PAUSE_S)
                continue
            assert errors in ([], [{"code": "TAKEN"}]), errors
            return answer
