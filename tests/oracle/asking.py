from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
# When everything is asked: in the middle of what happens in the world, at one of its instants.
ASKED_AT = 1_700_000_000_000 + 6 * 1_000_003


@dataclass(slots=True)
class Asking:
    """One request to the oracle."""

    world: World
    cursors: Cursors
    scopes: frozenset[str]
    scan_bound: int = SCAN_BOUND
    # When it is asked, in epoch ms.
    now: int = ASKED_AT

    @property
    def sees_pii(self) -> bool:
        return "profile:pii" in self.scopes


def refusal(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


def asking(info: Info) -> Asking:
    found: Asking = info.context
    return found
