from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from graph.api_keys import find_key, store_key
from graph.clock import SystemClock
from graph.connection import Graph
from graph.errors import GraphUnavailable
from graph.vocabulary import Right

ALL_SCOPES = tuple(Right)

_RIGHTS = frozenset(ALL_SCOPES)
_FORM = re.compile(r"[\x21-\x7e]{1,200}")
_KNOWN_FOR_S = 60.0
_UNKNOWN_FOR_S = 3.0
_CAPACITY = 1_000


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, and what they may do. `id` is that of the key, never the key."""

    id: str
    kind: str
    scopes: tuple[Right, ...]
    # Made once: it is looked at with every request.
    rights: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rights", frozenset(self.scopes))


def new_key() -> str:
    """256 random bits behind a prefix that scanners for leaked secrets can look for."""
    return f"cgk_{secrets.token_urlsafe(32)}"


def key_hash(key: str) -> str:
    """A slow hash would add nothing: the key is random, not a word that somebody chose."""
    return hashlib.sha256(key.encode()).hexdigest()


async def register_key(graph: Graph, key: str, scopes: Sequence[Right] = ALL_SCOPES) -> None:
    """Makes a key known; once more changes nothing, its scopes neither.

    Raises ValueError for what cannot travel in a header.
    """
    if not _FORM.fullmatch(key):
        raise ValueError("an API key has 1 to 200 visible ASCII characters")
    await store_key(graph, key_hash(key), tuple(each.value for each in scopes), SystemClock().now())


async def register_admin_key(graph: Graph, key: str) -> None:
    """For CUSTOMER_GRAPH_ADMIN_KEY, at every start. Idempotent."""
    await register_key(graph, key)


@dataclass(frozen=True, slots=True)
class _Known:
    viewer: Viewer | None
    until: float


class KeyRing:
    """Answers who a key belongs to. A key that was verified is believed for a minute, also while the graph is away."""

    def __init__(self, graph: Graph, is_complete: Callable[[], bool] = lambda: True) -> None:
        """While `is_complete` says no, an unknown key may be one that is still to be registered."""
        self._graph = graph
        self._is_complete = is_complete
        # Apart, so that guesses cannot push good keys out.
        self._good: OrderedDict[str, _Known] = OrderedDict()
        self._bad: OrderedDict[str, _Known] = OrderedDict()

    async def viewer(self, authorization: str | None) -> Viewer | None:
        """None for a missing, malformed or unknown key.

        Raises GraphUnavailable where the graph has to be asked and is away.
        """
        key = _bearer(authorization)
        if key is None:
            return None
        digest = key_hash(key)
        for known in (self._good.get(digest), self._bad.get(digest)):
            if known is not None and known.until > monotonic():
                return known.viewer
        stored = await find_key(self._graph, digest)
        if stored is None and not self._is_complete():
            raise GraphUnavailable("the keys of this start are not registered yet")
        if stored is None or not hmac.compare_digest(stored.hash, digest):
            _remember(self._bad, digest, _Known(None, monotonic() + _UNKNOWN_FOR_S))
            return None
        viewer = Viewer(stored.id, "API_KEY", _rights(stored.scopes))
        _remember(self._good, digest, _Known(viewer, monotonic() + _KNOWN_FOR_S))
        self._bad.pop(digest, None)
        return viewer


def _rights(stored: Iterable[str]) -> tuple[Right, ...]:
    """A newer gateway may have stored rights that this one does not know: those give nothing here."""
    return tuple(Right(each) for each in stored if each in _RIGHTS)


def _bearer(authorization: str | None) -> str | None:
    scheme, _, key = (authorization or "").partition(" ")
    key = key.strip()
    return key if scheme.lower() == "bearer" and _FORM.fullmatch(key) else None


def _remember(kept: OrderedDict[str, _Known], digest: str, known: _Known) -> None:
    kept[digest] = known
    kept.move_to_end(digest)
    if len(kept) > _CAPACITY:
        kept.popitem(last=False)
