"""What receipts make of a message. The order in which they come changes nothing, nor does one that comes twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from graph.message_states import Happening, next_state
from graph.receipts.receipt import Receipt
from graph.vocabulary import MessageState


@dataclass(frozen=True, slots=True)
class MessageStanding:
    """Times are epoch milliseconds. `seen_opens` are those that were told, without the one that a click implies."""

    state: MessageState
    sent_at: int | None = None
    delivered_at: int | None = None
    opened_at: int | None = None
    first_clicked_at: int | None = None
    complained_at: int | None = None
    bounced_at: int | None = None
    bounce_reason: str | None = None
    seen_opens: int = 0
    clicks: int = 0

    @property
    def open_count(self) -> int:
        """Who followed a link has seen the message, even where no picture was loaded."""
        return max(self.seen_opens, min(self.clicks, 1))

    def after(self, receipt: Receipt) -> MessageStanding:
        """The standing with one receipt more, which must not be counted in it yet."""
        if receipt.happening is None:
            return self
        state = next_state(self.state, receipt.happening)
        tells = _TELLS.get(receipt.happening, _nothing)
        return replace(self, state=state, sent_at=_first(self.sent_at, receipt.at_ms), **tells(self, receipt))


def standing_from_row(row: Mapping[str, Any]) -> MessageStanding:
    return MessageStanding(**{**row, "state": MessageState(row["state"])})


def _first(known: int | None, at: int) -> int:
    return at if known is None else min(known, at)


def _nothing(_standing: MessageStanding, _receipt: Receipt) -> dict[str, Any]:
    return {}


def _delivered(standing: MessageStanding, receipt: Receipt) -> dict[str, Any]:
    return {"delivered_at": _first(standing.delivered_at, receipt.at_ms)}


def _opened(standing: MessageStanding, receipt: Receipt) -> dict[str, Any]:
    return {"opened_at": _first(standing.opened_at, receipt.at_ms), "seen_opens": standing.seen_opens + 1}


def _clicked(standing: MessageStanding, receipt: Receipt) -> dict[str, Any]:
    return {
        "opened_at": _first(standing.opened_at, receipt.at_ms),
        "first_clicked_at": _first(standing.first_clicked_at, receipt.at_ms),
        "clicks": standing.clicks + 1,
    }


def _complained(standing: MessageStanding, receipt: Receipt) -> dict[str, Any]:
    return {"complained_at": _first(standing.complained_at, receipt.at_ms)}


def _bounced(standing: MessageStanding, receipt: Receipt) -> dict[str, Any]:
    """The first bounce stands, and of two in one millisecond the one whose reason comes first."""
    said = (receipt.at_ms, receipt.reason or "")
    if standing.bounced_at is not None and (standing.bounced_at, standing.bounce_reason or "") <= said:
        return {}
    return {"bounced_at": receipt.at_ms, "bounce_reason": receipt.reason}


_TELLS: Final[Mapping[Happening, Callable[[MessageStanding, Receipt], dict[str, Any]]]] = {
    Happening.DELIVERED: _delivered,
    Happening.OPENED: _opened,
    Happening.CLICKED: _clicked,
    Happening.COMPLAINED: _complained,
    Happening.BOUNCED: _bounced,
}
