from __future__ import annotations

from collections.abc import Mapping
from enum import auto
from types import MappingProxyType
from typing import Final

from graph.vocabulary import MessageState as S
from graph.vocabulary import Word


class Happening(Word):
    """What may happen to a message: by us, by the channel's answer, or by a receipt that the provider sends later."""

    CLAIMED = auto()
    RELEASED = auto()
    LEASE_RAN_OUT = auto()
    REFUSED_BY_GATE = auto()
    EXPIRED = auto()
    CANCELLED = auto()
    ACCEPTED = auto()
    DEFERRED = auto()
    REFUSED = auto()
    GIVEN_UP = auto()
    ANSWER_LOST = auto()
    RETRIED = auto()
    DELIVERED = auto()
    OPENED = auto()
    CLICKED = auto()
    COMPLAINED = auto()
    BOUNCED = auto()


H = Happening

# While a message is in one of these it carries the label Pending and the sweeper looks after it.
PENDING_STATES: Final = frozenset({S.QUEUED, S.SENDING, S.DEFERRED})

_WORK: Final[dict[tuple[S, Happening], S]] = {
    (S.QUEUED, H.CLAIMED): S.SENDING,
    (S.QUEUED, H.CANCELLED): S.CANCELLED,
    (S.DEFERRED, H.CLAIMED): S.SENDING,
    (S.DEFERRED, H.CANCELLED): S.CANCELLED,
    (S.SENDING, H.RELEASED): S.QUEUED,
    (S.SENDING, H.LEASE_RAN_OUT): S.QUEUED,
    (S.SENDING, H.REFUSED_BY_GATE): S.SKIPPED,
    (S.SENDING, H.EXPIRED): S.EXPIRED,
    (S.SENDING, H.ACCEPTED): S.SENT,
    (S.SENDING, H.DEFERRED): S.DEFERRED,
    (S.SENDING, H.REFUSED): S.FAILED,
    (S.SENDING, H.GIVEN_UP): S.FAILED,
    (S.SENDING, H.ANSWER_LOST): S.UNKNOWN,
    (S.FAILED, H.RETRIED): S.QUEUED,
    (S.UNKNOWN, H.RETRIED): S.QUEUED,
    (S.UNKNOWN, H.DEFERRED): S.DEFERRED,
}

# A receipt proves that a letter left, whatever we believed. From every state the furthest of what was seen and what the
# receipt says stands, so late, doubled and reordered receipts end in the same state. A bounce outweighs a "delivered"
# (many servers accept first and bounce later); an open outweighs a bounce, because somebody read it.
_PROOF_ORDER: Final = (S.SENT, S.DELIVERED, S.BOUNCED, S.OPENED, S.CLICKED)
PROVED_STATES: Final = frozenset(_PROOF_ORDER)
_PROOFS: Final = {
    H.ACCEPTED: S.SENT,
    H.DELIVERED: S.DELIVERED,
    H.COMPLAINED: S.DELIVERED,
    H.BOUNCED: S.BOUNCED,
    H.OPENED: S.OPENED,
    H.CLICKED: S.CLICKED,
}


def _further(state: S, proof: S) -> S:
    return proof if state not in _PROOF_ORDER else max(state, proof, key=_PROOF_ORDER.index)


# A worker whose acceptance comes too late is stopped by its token; that a provider took a message is also told by it.
_RECEIPTS: Final = {(state, happening): _further(state, proof) for state in S for happening, proof in _PROOFS.items()}

TRANSITIONS: Final[Mapping[tuple[S, Happening], S]] = MappingProxyType(_RECEIPTS | _WORK)


def next_state(state: S, *happenings: Happening) -> S:
    """The state after all that happened, in order. Raises ValueError for what the table has no row for."""
    for happening in happenings:
        try:
            state = TRANSITIONS[state, happening]
        except KeyError:
            raise ValueError(f"{happening} cannot happen to a message that is {state}") from None
    return state


def states_before(happening: Happening) -> tuple[S, ...]:
    """The states in which it may happen, in the order of the vocabulary."""
    return tuple(state for state in S if (state, happening) in TRANSITIONS)
