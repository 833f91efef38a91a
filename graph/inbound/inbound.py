from __future__ import annotations

from dataclasses import dataclass, field

from graph.vocabulary import IdentifierType


@dataclass(frozen=True, slots=True)
class Inbound:
    """What somebody wrote to us.

    `event_id` is the same when the provider says it again. The message that it answers is named by the provider's id in
    `reply_to`, or by our own in `message_id` where the provider carries that.
    """

    event_id: str
    at_ms: int
    type: IdentifierType
    value: str = field(repr=False)
    text: str = field(repr=False)
    namespace: str = ""
    reply_to: str | None = None
    name: str | None = field(default=None, repr=False)
    message_id: str | None = None
