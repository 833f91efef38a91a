from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from graph.reading.cursor import Cursors
from tests.gateway.doubles import NOW
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
    """One request to the oracle."""

    world: World
    cursors: Cursors
    scopes: frozenset[str]
    scan_bound: int = SCAN_BOUND
    # When it is asked, in epoch ms.
    now: int = NOW

    @property
    def sees_pii(self) -> bool:
        return "profile:pii" in self.scopes


def refusal(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


def asking(info: Info) -> Asking:
    found: Asking = info.context
    return found
