from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLError

from gateway.errors import ErrorCode
from gateway.live_fields import chosen_fields
from gateway.schema.context import Reader, ResolveInfo
from gateway.schema.payload import sees_pii, with_errors
from graph.errors import GraphUnavailable
from graph.revisions import person_of_message
from graph.selection import Selection
from graph.vocabulary import StreamEnd

# No response key of a client can be spelled like these.
_PERSON: Final = ":person"
_MESSAGE: Final = ":message"
_NEWEST: Final = (Selection("nodes", "nodes", {}, (Selection("id", "id"),)),)
# All that a message may change in, whatever of it is shown.
_OWN: Final = (
    *(
        Selection(name, name)
        for name in (
            "messageState",
            "refusedBy",
            "reason",
            "sentAt",
            "deliveredAt",
            "openedAt",
            "firstClickedAt",
            "openCount",
            "clickCount",
            "complainedAt",
            "unsubscribedAt",
        )
    ),
    Selection("attempts", "attempts", {"last": 1}, _NEWEST),
    Selection("receipts", "receipts", {"last": 1}, _NEWEST),
)


async def live_message(info: ResolveInfo, message_id: str, after: int | None) -> AsyncGenerator[Any, None]:
    """States of a message, each other than the one before, the first where its person is newer than `after`.

    Whatever changes a message raises the revision of its person in the same transaction, so that a stream listens to
    that person, and no announcement that was lost is missed for longer than theirs. Raises a GraphQL error NOT_FOUND
    where no message has this id. While the graph is away the stream waits.
    """
    person_id = await person_of_message(info.context.graph, message_id)
    view = _View.of(info, message_id, person_id or "")
    state = await view.read(info.context.reader) if person_id else None
    if person_id is None or state is None:
        raise GraphQLError("There is no message with this id.", extensions={"code": ErrorCode.NOT_FOUND})
    if after is None or state.revision > after:
        yield view.change(state)
    # Under whom it was written, and not who that is now: a split gives it back, and then only that id hears of it.
    async with aclosing(info.context.live.listen(person_id, state.revision)) as changes:
        async for revision, _ in changes:
            if revision <= state.revision:
                continue
            newer = await view.read_patiently(info.context.reader)
            if newer is None:
                yield view.end(revision)
                return
            is_other = newer.shown != state.shown
            state = newer
            if is_other:
                yield view.change(state)


@dataclass(frozen=True, slots=True)
class _State:
    """A message, both as it is itself and as the listener wants to see it, at a revision of its person."""

    revision: int
    shown: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _View:
    """What one stream shows: fields of a MessageChange by response key, and what is read for those named `message`."""

    fields: tuple[tuple[str, str], ...]
    selections: tuple[Selection, ...]
    sees_pii: bool

    @classmethod
    def of(cls, info: ResolveInfo, message_id: str, person_id: str) -> _View:
        chosen = chosen_fields(info)
        shown = (
            Selection(each.response_key, "message", {"id": message_id}, each.children)
            for each in chosen
            if each.name == "message"
        )
        # The revision is read first: what is shown is never older than it says.
        person = Selection(_PERSON, "profile", {"by": {"id": person_id}}, (Selection("revision", "revision"),))
        message = Selection(_MESSAGE, "message", {"id": message_id}, _OWN)
        fields = tuple((each.response_key, each.name) for each in chosen)
        return cls(fields, (person, message, *shown), sees_pii(info))

    async def read(self, reader: Reader) -> _State | None:
        data = with_errors(await reader.answer(self.selections, sees_pii=self.sees_pii))
        person, message = data.pop(_PERSON), data[_MESSAGE]
        for found in (person, message):
            if isinstance(found, GraphQLError):
                raise found
        return _State(person["revision"], data) if person and message else None

    async def read_patiently(self, reader: Reader) -> _State | None:
        while True:
            try:
                return await self.read(reader)
            except GraphUnavailable as error:
                await asyncio.sleep(error.retry_after_s)

    def change(self, state: _State) -> dict[str, Any]:
        values = {"revision": state.revision}
        return {key: state.shown.get(key) if name == "message" else values.get(name) for key, name in self.fields}

    def end(self, revision: int) -> dict[str, Any]:
        values = {"revision": revision, "ended": StreamEnd.ERASED}
        return {key: values.get(name) for key, name in self.fields}
