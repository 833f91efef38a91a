from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from dispatch.channels.channel import ChannelSender
from dispatch.outcome import Deferred, Outcome
from graph.delivery import Delivery

# An account that failed so often in a row is left alone for so long, if there is another one.
_FAULTS: Final = 3
_REST_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Answered:
    """`provider` is the account that the outcome is from."""

    provider: str
    outcome: Outcome


@dataclass(slots=True)
class _Account:
    sender: ChannelSender
    faults: int = 0
    rests_until: float = 0.0


@dataclass(slots=True)
class Accounts:
    """The accounts of one channel in the order of their URLs: the first that works is used.

    What one of them cannot take for a reason of its own goes to the next at once. What may have been taken never does.
    """

    _accounts: list[_Account] = field(default_factory=list)

    @classmethod
    def of(cls, senders: Sequence[ChannelSender]) -> Accounts:
        return cls([_Account(sender) for sender in senders])

    async def send(self, delivery: Delivery) -> Answered:
        for account in self._in_order():
            outcome = await account.sender.send(delivery)
            answered = Answered(account.sender.provider, outcome)
            if not (isinstance(outcome, Deferred) and outcome.elsewhere):
                account.faults = 0
                return answered
            account.faults += 1
            if account.faults >= _FAULTS:
                account.rests_until = monotonic() + _REST_S
        return answered

    async def close(self) -> None:
        for account in self._accounts:
            await account.sender.close()

    def _in_order(self) -> list[_Account]:
        """Those at rest come last: where nobody else is there, one of them is tried all the same."""
        now = monotonic()
        return sorted(self._accounts, key=lambda account: max(account.rests_until - now, 0.0))
