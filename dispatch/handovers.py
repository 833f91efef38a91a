from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from dispatch.counters import Counter
from dispatch.outcome import Accepted, Deferred, Outcome, Paced, Refused, Unknown
from graph.vocabulary import Channel

_WORDS: Final = {
    Accepted: "accepted",
    Deferred: "deferred",
    Refused: "refused",
    Unknown: "unknown",
}
_PREFIX: Final = "customer_graph_handover"
_Account: TypeAlias = tuple[Channel, str]


@dataclass(slots=True)
class Handovers:
    """What the accounts of this process said, and how long they took, since it started.

    One that was asked in vain before another took the message is counted too. Nothing of a message itself is kept.
    """

    _outcomes: defaultdict[tuple[_Account, str], int] = field(default_factory=lambda: defaultdict(int), init=False)
    _answers: defaultdict[_Account, int] = field(default_factory=lambda: defaultdict(int), init=False)
    _held_back: defaultdict[Channel, int] = field(default_factory=lambda: defaultdict(int), init=False)
    _left_out: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int), init=False)
    _seconds: defaultdict[_Account, float] = field(default_factory=lambda: defaultdict(float), init=False)

    def answered(self, channel: Channel, account: str, outcome: Outcome, seconds: float) -> None:
        """`seconds` is how long the account took."""
        self._outcomes[(channel, account), _WORDS[type(outcome)]] += 1
        self._answers[channel, account] += 1
        self._seconds[channel, account] += seconds

    def paced(self, channel: Channel, account: str, paced: Paced) -> None:
        """It was not asked, because it may not send so fast, or is left alone after it failed."""
        self._outcomes[(channel, account), "resting" if paced.is_resting else "paced"] += 1

    def held_back(self, channel: Channel) -> None:
        """No account was asked, because the resource may not send so fast."""
        self._held_back[channel] += 1

    def left_out(self, queue: str) -> None:
        """A job in this queue was none of ours: somebody else writes to it, or another version."""
        self._left_out[queue] += 1

    def counters(self) -> Iterator[Counter]:
        for (account, word), number in sorted(self._outcomes.items()):
            text = "Messages that were handed to an account, by what it said."
            yield Counter(f"{_PREFIX}s_total", text, number, (*_labels(account), ("outcome", word)))
        for account, seconds in sorted(self._seconds.items()):
            text = "How long all answers of an account took."
            yield Counter(f"{_PREFIX}_seconds_sum", text, round(seconds, 6), _labels(account))
        for account, number in sorted(self._answers.items()):
            yield Counter(f"{_PREFIX}_seconds_count", "How many answers these were.", number, _labels(account))
        for channel, number in sorted(self._held_back.items()):
            text = "Messages that had to wait because their resource may not send so fast."
            yield Counter("customer_graph_resource_paced_total", text, number, (("channel", channel),))
        for queue, number in sorted(self._left_out.items()):
            text = "Jobs that were none of ours and were left out."
            yield Counter("customer_graph_jobs_left_out_total", text, number, (("queue", queue),))


def _labels(account: _Account) -> tuple[tuple[str, str], ...]:
    channel, name = account
    return ("channel", channel), ("account", name)
