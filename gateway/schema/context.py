from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from graphql import GraphQLResolveInfo

from gateway.api_keys import Viewer
from gateway.keys import Keys
from gateway.schema.root_reads import RootReads
from graph.bookmarks import Bookmarks
from graph.clock import Clock
from graph.connection import Graph
from graph.merging.settings import MergeSettings
from graph.reading.answer import Answer
from graph.reading.plans import Plans
from graph.selection import Selection
from graph.subscribing.confirmations import Confirmations
from graph.vocabulary import ChangeKind, Channel


class Reader(Protocol):
    def plans(self, selections: Sequence[Selection], *, sees_pii: bool = True) -> Plans:
        """To be kept: it learns how to read these selections for every shape of their values."""
        ...

    async def run(self, plans: Plans, values: Sequence[object] = ()) -> Answer:
        """Raises BadArgument, and the graph's other errors. `values` are those of the arguments that are `Given`."""
        ...

    async def answer(
        self, selections: Sequence[Selection], values: Sequence[object] = (), *, sees_pii: bool = True
    ) -> Answer:
        """The same in one go, for selections that will not come again."""
        ...


class Nudges(Protocol):
    def message(self, channel: Channel, message_id: str) -> None:
        """Wakes a worker for a message that was committed. Never blocks; what is dropped the sweeper finds."""
        ...


class Changes(Protocol):
    def publish(self, profile_id: str, revision: int, kinds: Iterable[ChangeKind]) -> None:
        """Tells listeners of a change that was committed. Never blocks; a lost one is healed by a revision check."""
        ...


class LiveChanges(Protocol):
    def listen(self, profile_id: str, after: int = 0) -> AsyncGenerator[tuple[int, frozenset[ChangeKind]], None]:
        """Every revision newer than `after` with what changed; whoever takes them slowly skips to the newest."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """What resolvers may use, the same for every request.

    With the default `bookmarks` a client sees its own writes only through the gateway that wrote them, and the links
    of the default `confirmations` are known only there.
    """

    graph: Graph
    reader: Reader
    clock: Clock
    nudges: Nudges
    changes: Changes
    live: LiveChanges
    keys: Keys
    bookmarks: Bookmarks = field(default_factory=Bookmarks.of_this_process)
    confirmations: Confirmations = field(default_factory=Confirmations.of_this_process, repr=False)
    merging: MergeSettings = field(default_factory=MergeSettings)


@dataclass(frozen=True, slots=True)
class Context:
    """What one request may use. `request_id` stands in its errors and in the log."""

    graph: Graph
    reader: Reader
    clock: Clock
    viewer: Viewer
    nudges: Nudges
    changes: Changes
    live: LiveChanges
    request_id: str
    keys: Keys
    confirmations: Confirmations = field(repr=False)
    merging: MergeSettings = field(default_factory=MergeSettings)
    # Of one execution; a socket has many.
    root_reads: RootReads = field(default_factory=RootReads, repr=False)

    @classmethod
    def of(cls, services: Services, viewer: Viewer, request_id: str) -> Context:
        return cls(
            services.graph,
            services.reader,
            services.clock,
            viewer,
            services.nudges,
            services.changes,
            services.live,
            request_id,
            services.keys,
            services.confirmations,
            services.merging,
        )


ResolveInfo: TypeAlias = "GraphQLResolveInfo[Context]"
