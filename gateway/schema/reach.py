from __future__ import annotations

import strawberry

from gateway.schema.fields import described
from gateway.schema.lazy import LazySubscription
from gateway.schema.scalars import DateTime
from graph.vocabulary import Gate

_RETRY_AT = "When what refuses ends by itself; null where nobody knows."


@strawberry.type(description="Whether one subscription may be used.")
class ReachVerdict:
    subscription: LazySubscription = described("The subscription.")
    reachable: bool = described("Whether a message may go there.")
    refused_by: Gate | None = described("The first gate that refuses.")
    reason: str | None = described("Why, in words.")
    retry_at: DateTime | None = described(_RETRY_AT)
    rank: int | None = described("In which order those that are reachable are tried: 1 is the first.")


@strawberry.type(
    description="Whether a person may be written to: the same verdict that sending acts on, for the same purpose."
)
class Reach:
    reachable: bool = described("Whether any of the subscriptions may be used.")
    refused_by: Gate | None = described("The gate that refuses the first of them, where all are refused.")
    reason: str | None = described("Why, in words.")
    retry_at: DateTime | None = described(_RETRY_AT)
    verdicts: list[ReachVerdict] = described("On each subscription, in the order of priority: 100 at most.")
