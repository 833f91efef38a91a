from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from types import MappingProxyType
from typing import Final

from dispatch.channels.channel import ChannelSender, Selective
from dispatch.handovers import Handovers
from dispatch.outcome import Deferred, Outcome, Paced, Refused
from dispatch.pacing import Bucket
from dispatch.resource_pacing import ResourcePaces
from graph.delivery import Delivery

# An account that failed so often in a row is left alone for so long, if there is another one.
_FAULTS: Final = 3
_REST_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Answered:
    """`provider` is the account that the outcome is from."""

    provider: str
    outcome: Outcome | Paced


@dataclass(slots=True)
class _Account:
    sender: ChannelSender
    # None where it takes everything; asked for once, as it is needed for every message.
    selective: Selective | None
    bucket: Bucket | None = None
    faults: int = 0
    rests_until: float = 0.0

    def takes(self, delivery: Delivery) -> bool:
        return self.selective is None or self.selective.takes(delivery)

    async def admit(self) -> float | Paced:
        """Seconds after which it may send one message more, or when to ask again."""
        return 0.0 if self.bucket is None else await self.bucket.take()

    async def close(self) -> None:
        await self.sender.close()
        if self.bucket is not None:
            await self.bucket.close()


@dataclass(frozen=True, slots=True)
class Admitted:
    """One message may leave by this account, after `wait_s` seconds; None where no account is for it."""

    account: _Account | None
    wait_s: float = 0.0


@dataclass(slots=True)
class Accounts:
    """The accounts of one channel in the order of their URLs: the first that works is used.

    What one of them cannot take for a reason of its own goes to the next at once. What may have been taken never does,
    nor what has to wait because the account may not send so fast: it works. An account that is not for this delivery is
    passed over, which is no fault of its own.
    """

    _accounts: list[_Account] = field(default_factory=list)
    _handovers: Handovers = field(default_factory=Handovers)
    _resources: ResourcePaces = field(default_factory=ResourcePaces)

    @classmethod
    def of(
        cls,
        senders: Sequence[ChannelSender],
        buckets: Mapping[str, Bucket] = MappingProxyType({}),
        handovers: Handovers | None = None,
        resources: ResourcePaces | None = None,
    ) -> Accounts:
        """`buckets` are those of the accounts that may not send as fast as they can, by the names of these.

        What the accounts say is counted in `handovers`. Without `resources` nothing leaves of one that names a rate.
        """
        found = [
            _Account(sender, sender if isinstance(sender, Selective) else None, buckets.get(sender.provider))
            for sender in senders
        ]
        return cls(found, handovers or Handovers(), resources or ResourcePaces())

    async def admit(self, delivery: Delivery) -> Admitted | Paced:
        """Room for one message, asked for before that is marked as handed: what is paced has not been handed over.

        The resource's rate is asked for here and nowhere else: a message counts once, whichever account takes it.
        """
        # Almost no resource names a rate, and nobody waits a turn of the loop to learn that.
        held_back = None if delivery.rate is None else await self._resources.held_back(delivery)
        if held_back is not None:
            self._handovers.held_back(delivery.channel)
            return held_back
        account = next(iter(self._in_order(delivery)), None)
        if account is None:
            return Admitted(None)
        wait_s = await account.admit()
        if isinstance(wait_s, Paced):
            self._handovers.paced(delivery.channel, account.sender.provider)
            return wait_s
        return Admitted(account, wait_s)

    async def send(self, delivery: Delivery, admitted: Admitted | None = None) -> Answered:
        """By the account that admitted it, where one did, and by the others in order."""
        by, order = admitted and admitted.account, self._in_order(delivery)
        answered = _for_nobody(delivery)
        for account in sorted(order, key=lambda each: each is not by):
            wait_s = admitted.wait_s if admitted and account is by else await account.admit()
            if isinstance(wait_s, Paced):
                self._handovers.paced(delivery.channel, account.sender.provider)
                return Answered(account.sender.provider, wait_s)
            await asyncio.sleep(wait_s)
            began = monotonic()
            outcome = await account.sender.send(delivery)
            self._handovers.answered(delivery.channel, account.sender.provider, outcome, monotonic() - began)
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
            await account.close()
        await self._resources.close()

    def _in_order(self, delivery: Delivery) -> list[_Account]:
        """Those at rest come last: where nobody else is there, one of them is tried all the same."""
        now = monotonic()
        takers = (account for account in self._accounts if account.takes(delivery))
        return sorted(takers, key=lambda account: max(account.rests_until - now, 0.0))


def _for_nobody(delivery: Delivery) -> Answered:
    """A refusal, since no time that passes makes an account: put off, it would wait for an operator unseen."""
    whom = delivery.push.provider or "what this address is of"
    return Answered(delivery.channel.lower(), Refused(f"no account for {whom}"))
