from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph.connection import Graph
from graph.delivery import Delivery, PushTarget, SendingRate
from graph.message_states import Happening, next_state, states_before
from graph.reach_row import facts_from_row
from graph.statements import outbox as statements
from graph.vocabulary import Channel, MessagePurpose, MessageState, PushProvider, UnknownPolicy

_log: Final = logging.getLogger(__name__)

CLAIMABLE: Final = [str(state) for state in states_before(Happening.CLAIMED)]
CLAIMED: Final = MessageState.SENDING
# A lease is renewed where more than this part of it is gone, as a divisor.
_TWENTIETH: Final = 20
_RELEASED: Final = next_state(CLAIMED, Happening.RELEASED)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Messages that only the holder of `token` may hand over and finish, until the lease runs out."""

    token: str
    deliveries: tuple[Delivery, ...]


async def claim(graph: Graph, ids: Iterable[str], lease_ms: int, now_ms: int, next_ids: Iterable[str] = ()) -> Claimed:
    """Of the messages `ids` those that wait, are due and nobody else holds; any number of claimants may race.

    `next_ids` are handed over before the others. They are marked as `mark_handed` does, unless their resource holds
    what is unknown. The lease is measured by the database's clock.
    """
    wanted = sorted(set(ids))
    # Short enough to stand in the node itself, beside its other values.
    token = secrets.token_hex(8)

    rows: list[dict[str, Any]] = await graph.change(
        statements.CLAIM,
        ids=wanted,
        handed=sorted(next_ids),
        claimable=CLAIMABLE,
        claimed=CLAIMED,
        token=token,
        leaseMs=lease_ms,
        now=now_ms,
    )
    read = [(row["id"], _readable(row)) for row in rows]
    unreadable = [message_id for message_id, delivery in read if delivery is None]
    if unreadable:
        await put_off(graph, token, dict.fromkeys(unreadable, now_ms + lease_ms))
    return Claimed(token, tuple(delivery for _, delivery in read if delivery is not None))


async def mark_handed(
    graph: Graph, ids: Iterable[str], token: str, lease_ms: int, waiting: Iterable[str] = ()
) -> frozenset[str]:
    """Commits that bytes are about to leave, and sees to it that the lease lasts for `enough_of` it from now on.

    Only the ids returned may be sent. `waiting` are claimed with the same token and handed over later: their lease is
    renewed as well.
    """
    handed = sorted(ids)
    held = await graph.change(
        statements.MARK_HANDED,
        ids=sorted({*handed, *waiting}),
        handed=handed,
        token=token,
        claimed=CLAIMED,
        leaseMs=lease_ms,
        enoughMs=enough_of(lease_ms),
    )
    return frozenset(held)


def enough_of(lease_ms: int) -> int:
    """What is left of a lease, in ms, when there is no need to renew it."""
    return lease_ms - lease_ms // _TWENTIETH


async def put_off(graph: Graph, token: str, due: Mapping[str, int]) -> frozenset[str]:
    """Gives claimed messages back until the epoch ms that each has in `due`, as if nobody had tried.

    They may have been marked as handed, provided that nothing of them has left.
    """
    rows = [{"id": message_id, "at": at} for message_id, at in sorted(due.items())]
    released = await graph.change(statements.PUT_OFF, due=rows, token=token, claimed=CLAIMED, released=_RELEASED)
    return frozenset(released)


def _readable(row: Mapping[str, Any]) -> Delivery | None:
    """None for a message in words that only a newer version of this program knows: it is put off until one comes."""
    try:
        return _delivery(row)
    except ValueError:
        _log.error("message %s cannot be read by this version", row["id"])
        return None


def _push(row: Mapping[str, Any]) -> PushTarget:
    provider = row["provider"]
    return PushTarget(provider and PushProvider(provider), row["p256dh"], row["auth"], row["appId"])


def _rate(row: Mapping[str, Any]) -> SendingRate | None:
    return None if row["rateMicros"] is None else SendingRate(row["rateMicros"], row["burst"])


def _delivery(row: Mapping[str, Any]) -> Delivery:
    return Delivery(
        message_id=row["id"],
        channel=Channel(row["channel"]),
        purpose=MessagePurpose(row["purpose"]),
        attempt=row["attempt"],
        facts=facts_from_row(row, row["expiresAt"]),
        address=row["address"],
        sender=row["sender"],
        sender_name=row["senderName"],
        subject=row["subject"],
        text=row["text"],
        html=row["html"],
        url=row["url"],
        icon=row["icon"],
        payload=row["payload"],
        push=_push(row["push"]),
        namespace=row["namespace"],
        address_id=row["addressId"],
        resource_id=row["resourceId"],
        rate=_rate(row),
        template_version_id=row["templateVersionId"],
        on_unknown=UnknownPolicy(row["onUnknown"]),
        is_handed=row["isHanded"],
        track_opens=row["trackOpens"],
        track_clicks=row["trackClicks"],
    )
