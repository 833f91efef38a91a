from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Final

import orjson

from graph.message_states import Happening
from graph.receipts.receipt import Receipt, ReceiptSource, Told
from graph.vocabulary import Channel, MessageState, Word

# No account at a provider can be called so: its name holds no underscore.
SOURCE: Final = ReceiptSource(Channel.EMAIL, "customer_graph")

# Nobody reads a letter in the moment in which it is handed over; what filters mail on its way does.
_TOO_SOON_MS: Final = 2_000
# So many of each kind are kept of one letter. Whoever loads it ten thousand times makes no more of them.
MOST_KEPT: Final = 100


class HitKind(Word):
    OPEN = "open"
    CLICK = "click"


class HitFate(Word):
    """What became of it. Those of machines are kept as receipts that change nothing, so that they can be looked at."""

    OPENED = "open"
    CLICKED = "click"
    OPENED_BY_MACHINE = "open.bot"
    CLICKED_BY_MACHINE = "click.bot"
    TOO_MANY = "too many"
    NO_LETTER = "no letter"
    LOST = "lost"


_PERSON: Final = {
    HitKind.OPEN: (HitFate.OPENED, Happening.OPENED),
    HitKind.CLICK: (HitFate.CLICKED, Happening.CLICKED),
}
_MACHINE: Final = {HitKind.OPEN: HitFate.OPENED_BY_MACHINE, HitKind.CLICK: HitFate.CLICKED_BY_MACHINE}


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody or something loaded the picture of a letter or followed a link of it. `machine` says why it is one."""

    kind: HitKind
    message_id: str
    at_ms: int
    url: str | None = field(default=None, repr=False)
    machine: str | None = None
    # Each counts, and however often it is written only once.
    id: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass(slots=True)
class HitLetter:
    """What is known of a letter, with how many receipts of each kind are kept of it."""

    state: MessageState
    sent_at: int | None
    kept: dict[HitFate, int]

    def judge(self, hit: Hit) -> tuple[HitFate, Told | None]:
        """What becomes of it, and counts that as kept.

        A machine is who says so, or comes while the letter is being handed over or less than two seconds later. The
        proxies by which Gmail and Yahoo load pictures count as people, because they load them when somebody looks.
        Apple's mail privacy loads them whether somebody looks or not, and cannot be told from people: `openCount` is
        too high by its share, clicks are not.
        """
        machine = hit.machine or ("came as soon as it was sent" if self._is_too_soon(hit) else None)
        fate, happening = (_MACHINE[hit.kind], None) if machine else _PERSON[hit.kind]
        if self.kept.get(fate, 0) >= MOST_KEPT:
            return HitFate.TOO_MANY, None
        self.kept[fate] = self.kept.get(fate, 0) + 1
        raw = orjson.dumps({"url": hit.url}).decode() if hit.url else ""
        receipt = Receipt(hit.id, fate, happening, hit.at_ms, message_id=hit.message_id, reason=machine, raw=raw)
        return fate, Told(SOURCE, receipt)

    def _is_too_soon(self, hit: Hit) -> bool:
        if self.sent_at is None:
            return self.state is MessageState.SENDING
        return hit.at_ms < self.sent_at + _TOO_SOON_MS
