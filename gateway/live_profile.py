from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from gateway.errors import ErrorCode
from gateway.live_fields import chosen_fields
from gateway.schema.context import Reader, ResolveInfo
from gateway.schema.payload import sees_pii, with_errors
from graph.errors import GraphUnavailable
from graph.selection import Selection
from graph.vocabulary import ChangeKind, StreamEnd

# No response key of a client can be spelled like this.
_STATE = ":state"
_SNAPSHOT = frozenset({ChangeKind.SNAPSHOT})


async def live_profile(info: ResolveInfo, profile_id: str, after: int | None) -> AsyncGenerator[Any, None]:
    """States of a profile, each newer than the one before, the first newer than `after`.

    Raises a GraphQL error NOT_FOUND where nobody has this id. While the graph is away the stream waits: it may miss
    steps, and never stays behind.
    """
    view = _View.of(info, profile_id)
    state = await view.read(info.context.reader)
    if state is None:
        raise GraphQLError("There is no profile with this id.", extensions={"code": ErrorCode.NOT_FOUND})
    seen = state.revision
    if after is None or seen > after:
        yield view.change(state, _SNAPSHOT)
    # What happened since that read is newer than `seen`, and told first.
    async with aclosing(info.context.live.listen(profile_id, seen)) as changes:
        async for revision, kinds in changes:
            if revision <= seen:
                continue
            state = await view.read_patiently(info.context.reader)
            if state is None:
                yield view.end(revision)
                return
            if state.revision > seen:
                seen = state.revision
                yield view.change(state, kinds if seen <= revision else kinds | _SNAPSHOT)


@dataclass(frozen=True, slots=True)
class _State:
    id: str
    revision: int
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _View:
    """What one stream shows: fields of a ProfileChange by response key, and what is read for those named `profile`."""

    profile_id: str
    fields: tuple[tuple[str, str], ...]
    selections: tuple[Selection, ...]
    sees_pii: bool

    @classmethod
    def of(cls, info: ResolveInfo, profile_id: str) -> _View:
        chosen = chosen_fields(info)
        fields = tuple((each.response_key, each.name) for each in chosen)
        return cls(profile_id, fields, _reads(profile_id, chosen), sees_pii(info))

    async def read(self, reader: Reader) -> _State | None:
        data = with_errors(await reader.answer(self.selections, sees_pii=self.sees_pii))
        state = data.get(_STATE)
        if isinstance(state, GraphQLError):
            raise state
        return _State(state["id"], state["revision"], data) if state else None

    async def read_patiently(self, reader: Reader) -> _State | None:
        while True:
            try:
                return await self.read(reader)
            except GraphUnavailable as error:
                await asyncio.sleep(error.retry_after_s)

    def change(self, state: _State, kinds: frozenset[ChangeKind]) -> dict[str, Any]:
        values = {
            "profileId": self.profile_id,
            "revision": state.revision,
            "kinds": sorted(kinds),
            "mergedInto": state.id if state.id != self.profile_id else None,
        }
        return {key: state.data.get(key) if name == "profile" else values.get(name) for key, name in self.fields}

    def end(self, revision: int) -> dict[str, Any]:
        values = {"profileId": self.profile_id, "revision": revision, "kinds": [], "ended": StreamEnd.ERASED}
        return {key: values.get(name) for key, name in self.fields}


def _reads(profile_id: str, chosen: Iterable[Selection]) -> tuple[Selection, ...]:
    by = {"by": {"id": profile_id}}
    profiles = (Selection(each.response_key, "profile", by, each.children) for each in chosen if each.name == "profile")
    # The revision is read first: what is shown is never older than it says.
    return (Selection(_STATE, "profile", by, (Selection("id", "id"), Selection("revision", "revision"))), *profiles)
