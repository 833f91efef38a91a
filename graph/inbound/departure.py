from __future__ import annotations

from dataclasses import dataclass, field

from graph.vocabulary import IdentifierType


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody left us at the provider itself, as by blocking a bot: nothing more may go to them there.

    `event_id` is the same when the provider says it again. `by_word` where they said STOP to the provider, so that a
    START takes it back.
    """

    event_id: str
    at_ms: int
    type: IdentifierType
    value: str = field(repr=False)
    namespace: str = ""
    by_word: bool = False
