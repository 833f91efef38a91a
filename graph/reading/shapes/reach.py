"""Whether somebody may be written to: what a computation says of a person and of each of their subscriptions."""

from __future__ import annotations

from graph.reading.fields import Near, Part, Shape

REACH = Shape(
    "Reach",
    {
        "reachable": Part(0),
        "refusedBy": Part(1, required=False),
        "reason": Part(2, required=False),
        "retryAt": Part(3, required=False),
        "verdicts": Part(4),
    },
)

REACH_VERDICT = Shape(
    "ReachVerdict",
    {
        "reachable": Part(0),
        "refusedBy": Part(1, required=False),
        "reason": Part(2, required=False),
        "retryAt": Part(3, required=False),
        "rank": Part(4, required=False),
        "subscription": Near("ChannelSubscription"),
    },
)
