from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from graph.reading.cursor import Cursors
from tests.oracle.world import World

Path = tuple[str | int, ...]
Info = GraphQLResolveInfo
Resolver = Callable[..., Any]

# Codes of arguments that are refused, and with them the whole document.
REFUSING = frozenset({"BAD_ARGUMENT", "CURSOR_INVALID", "BAD_USER_INPUT"})
# A filter that no index serves looks at so many entries a page.
SCAN_BOUND = 1_000


@dataclass(slots=True)
class Asking:
    """One request to the oracle. `loose` are places whose value the contract bounds, but does not say."""

    world: World
    cursors: Cursors
    scopes: frozenset[str]
    scan_bound: int = SCAN_BOUND
    loose: dict[Path, LooseCount] = field(default_factory=dict)

    @property
    def sees_pii(self) -> bool:
        return "profile:pii" in self.scopes


@dataclass(frozen=True, slots=True)
class LooseCount:
    """A count that may stop early, at entries in no promised order: what it may say at most."""

    most: int
    matching: int

    def allows(self, parts: Iterable[object]) -> bool:
        """Whether the parts that were asked for, under whatever keys, may be said together."""
        said = list(parts)
        values = {each for each in said if type(each) is int}
        is_exact = any(each is True for each in said)
        return values <= ({self.matching} if is_exact else set(range(self.most + 1)))


def refusal(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


def asking(info: Info) -> Asking:
    found: Asking = info.context
    return found
