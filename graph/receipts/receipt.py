from __future__ import annotations

from dataclasses import dataclass, field

from graph.message_states import Happening
from graph.vocabulary import Channel


@dataclass(frozen=True, slots=True)
class Receipt:
    """One thing that happened to one message, by the provider's account.

    `event_id` is the same when the provider says it again. The message is named by our id, where the provider carries
    that, or by its own. `happening` is None for a kind that nobody knows yet, or that says nothing of the state: it is
    kept, and changes no state. `reason` holds no address. `raw` is what the provider said of this event, as text.
    """

    event_id: str
    kind: str
    happening: Happening | None
    at_ms: int
    provider_id: str | None = None
    message_id: str | None = None
    reason: str | None = None
    # The address itself is dead: it is suppressed everywhere.
    is_dead: bool = False
    # A try that failed and may do better another time, as a mailbox that is full.
    is_soft: bool = False
    raw: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ReceiptSource:
    """The account that a receipt came from. Ids of events and messages are its own: another may use the same."""

    channel: Channel
    account: str

    def key(self, id_: str) -> str:
        """An id of this account, as nobody else has it."""
        return f"{self.channel}:{self.account}:{id_}"


@dataclass(frozen=True, slots=True)
class Told:
    source: ReceiptSource
    receipt: Receipt

    @property
    def key(self) -> str:
        return self.source.key(self.receipt.event_id)

    @property
    def provider_key(self) -> str | None:
        """By which the try is found that got this id from the provider."""
        id_ = self.receipt.provider_id
        return None if id_ is None else self.source.key(id_)
