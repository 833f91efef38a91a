from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from gateway.live_job import live_job
from gateway.live_message import live_message
from gateway.live_profile import live_profile
from gateway.schema.fields import described
from gateway.schema.job import Job
from gateway.schema.message import Message
from gateway.schema.payload import raw_info
from gateway.schema.profile import Profile
from graph.vocabulary import ChangeKind, StreamEnd


@strawberry.type(description="A state of a person. Steps in between may be missing; the newest state never is.")
class ProfileChange:
    profile_id: strawberry.ID = described("The id that was asked for.")
    revision: int = described("Which state this is. Pass it as `after` when you connect again.")
    kinds: list[ChangeKind] = described("What changed since the state before; SNAPSHOT where that is not known.")
    profile: Profile | None = described("The person as now known; null at the end of the stream.")
    merged_into: strawberry.ID | None = described("The id of the person who remains, where the id was merged away.")
    ended: StreamEnd | None = described("Why this is the last change; null on all others.")


@strawberry.type(description="A state of a message. Steps in between may be missing; the newest state never is.")
class MessageChange:
    revision: int = described(
        "The revision of the person whose message it is. Pass it as `after` when you connect again."
    )
    message: Message | None = described("The message as it is now; null at the end of the stream.")
    ended: StreamEnd | None = described("Why this is the last change; null on all others.")


async def _profile_changed(
    info: strawberry.Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="Whom.")],  # noqa: A002  # The name in the API.
    after: Annotated[int | None, strawberry.argument(description="The revision you already have.")] = None,
) -> AsyncGenerator[ProfileChange, None]:
    async with aclosing(live_profile(raw_info(info), id, after)) as changes:
        async for change in changes:
            yield change


async def _message_changed(
    info: strawberry.Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="Which.")],  # noqa: A002  # As above.
    after: Annotated[int | None, strawberry.argument(description="The revision you already have.")] = None,
) -> AsyncGenerator[MessageChange, None]:
    async with aclosing(live_message(raw_info(info), id, after)) as changes:
        async for change in changes:
            yield change


async def _job_changed(
    info: strawberry.Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="Which.")],  # noqa: A002  # As above.
) -> AsyncGenerator[Job, None]:
    async with aclosing(live_job(raw_info(info), id)) as states:
        async for state in states:
            yield state


@strawberry.type(description="What can be watched, over graphql-transport-ws.")
class Subscription:
    profile_changed: AsyncGenerator[ProfileChange, None] = strawberry.subscription(
        resolver=_profile_changed,
        description="A person, live: first the present state where it is newer than `after`, then every later one.",
    )
    message_changed: AsyncGenerator[MessageChange, None] = strawberry.subscription(
        resolver=_message_changed,
        description="A message, live: first the present state where its person is newer than `after`, then every later "
        "one in which the message, or what is selected of it, is another. That a worker holds it is no step by itself.",
    )
    job_changed: AsyncGenerator[Job, None] = strawberry.subscription(
        resolver=_job_changed,
        description="A job, live: first the present state, then every later one. It ends when the job is over.",
    )
