"""What providers tell us of their own accord: how a message fared, and what people write back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph.message_states import Happening
from graph.vocabulary import IdentifierType


class HookRefused(Exception):
    """The call is not from the provider, or says nothing that can be read. Its text names no value of the call."""


class NotSigned(HookRefused):
    """The signature is missing, wrong or too old."""


class Malformed(HookRefused):
    """It was signed, and holds something else than the provider's documentation says."""


@dataclass(frozen=True, slots=True)
class HookCall:
    """A request to `/hooks/<channel>/<account>`.

    `url` is how the provider knows the address, made of the configured public URL and not of what the request says of
    itself. `headers` are by their names in small letters, `query` has the last value of each name.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    now_ms: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """One thing that happened to one message, by the provider's account.

    `event_id` is the same when the provider says it again. The message is named by our id, where the provider carries
    that, or by its own. `happening` is None for a kind that nobody knows yet: it is kept and counted, and changes
    nothing. `reason` holds no address.
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


@dataclass(frozen=True, slots=True)
class Inbound:
    """What somebody wrote to us. `reply_to` is the provider's id of the message that it answers."""

    event_id: str
    at_ms: int
    type: IdentifierType
    value: str = field(repr=False)
    text: str = field(repr=False)
    namespace: str = ""
    reply_to: str | None = None
    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HookReading:
    """What a call says, and what the provider wants to hear."""

    receipts: tuple[Receipt, ...] = ()
    inbound: tuple[Inbound, ...] = ()
    answer: bytes = b""
    media_type: str = "text/plain"
