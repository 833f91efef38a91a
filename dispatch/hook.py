"""What providers tell us of their own accord: how a message fared, and what people write back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from graph.inbound.departure import Departure
from graph.inbound.inbound import Inbound
from graph.receipts.receipt import Receipt

__all__ = ["Departure", "HookCall", "HookReading", "HookRefused", "Inbound", "Malformed", "NotSigned"]


_LONGEST_ID: Final = 1_000


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
class HookReading:
    """What a call says, and what the provider wants to hear."""

    receipts: tuple[Receipt, ...] = ()
    inbound: tuple[Inbound, ...] = ()
    departures: tuple[Departure, ...] = ()
    answer: bytes = b""
    media_type: str = "text/plain"

    @property
    def is_plausible(self) -> bool:
        """Whether all that it names is as short as names are. An index takes no others."""
        ids = [(each.event_id, each.provider_id) for each in self.receipts]
        ids += [(each.event_id, each.reply_to) for each in self.inbound]
        ids += [(each.event_id, None) for each in self.departures]
        return all(len(own) <= _LONGEST_ID and len(other or "") <= _LONGEST_ID for own, other in ids)
