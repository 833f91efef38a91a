from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from types import MappingProxyType
from typing import Final

from dispatch.channels.channel import ChannelSender, Scattered, Selective
from dispatch.circuit_breaker import CircuitBreaker, CircuitBreakers
from dispatch.handovers import Handovers
from dispatch.outcome import Deferred, Outcome, Paced, Refused, Unknown
from dispatch.pacing import Bucket
from dispatch.resource_pacing import ResourcePaces
from dispatch.settings import LEASE_MS
from graph.delivery import Delivery

_log: Final = logging.getLogger(__name__)

# What waits for an account that rests asks again within so much more than that rest, so that not all come together.
_SPREAD: Final = 0.5
_TRIED_AMONG_SEVERAL: Final = 100
# The share of a lease after which what failed is tried later and not by the next account: that one may need the rest.
_NEXT_WITHIN: Final = 0.05
# The share of a lease for which a message may be without an answer before that speaks against the provider: whoever
# waited for the whole time would hand it all that comes meanwhile.
_SILENT_AFTER: Final = 1 / 6


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
    # None where all that it carries goes to one provider.
    scattered: Scattered | None
    bucket: Bucket | None = None
    breakers: CircuitBreakers = field(default_factory=CircuitBreakers)

    def takes(self, delivery: Delivery) -> bool:
        return self.selective is None or self.selective.takes(delivery)

    def breaker(self, delivery: Delivery | None = None) -> CircuitBreaker:
        """That of the server which it goes to."""
        if self.scattered is None or delivery is None:
            return self.breakers.at("")
        return self.breakers.at(self.scattered.place(delivery))

    def rest_s(self, delivery: Delivery | None = None) -> float:
        return self.breaker(delivery).wait_s(monotonic())

    async def admit(self, delivery: Delivery) -> float | Paced:
        """Seconds after which it may send this message, or when to ask again."""
        rest_s = self.rest_s(delivery)
        if rest_s:
            late = 1 + random.random() * _SPREAD  # noqa: S311  # Spreads what waits, guards nothing.
            return Paced("the provider is left alone for a while", math.ceil(rest_s * late * 1000), is_resting=True)
        found = 0.0 if self.bucket is None else await self.bucket.take()
        if not isinstance(found, Paced):
            self.breaker(delivery).asked(monotonic())
        return found

    def heard(self, delivery: Delivery, outcome: Outcome, began: float, *, was_silent: bool) -> None:
        """What became of a message that it was asked to take then. One message is one fault, however long it took."""
        if isinstance(outcome, Deferred) and outcome.unasked:
            return
        if _is_fault(outcome):
            if not was_silent:
                self.failed(delivery, began)
        elif self.breaker(delivery).worked(monotonic()):
            _log.info("%s answers again", self.sender.provider)

    def failed(self, delivery: Delivery, began: float) -> None:
        if self.breaker(delivery).failed(monotonic(), began):
            _log.warning("%s does not answer: now and then a message tries it", self.sender.provider)

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

    What one of them cannot take for a reason of its own goes to the next at once. What may have been taken does not,
    nor does what has to wait because the account may not send so fast: it works. An account that is not for this
    delivery is passed over, which is no fault of its own. One that fails again and again rests, and what only it could
    take waits.
    """

    _accounts: list[_Account] = field(default_factory=list)
    _lease_s: float = LEASE_MS / 1000
    _handovers: Handovers = field(default_factory=Handovers)
    _resources: ResourcePaces = field(default_factory=ResourcePaces)

    @classmethod
    def of(
        cls,
        senders: Sequence[ChannelSender],
        buckets: Mapping[str, Bucket] = MappingProxyType({}),
        handovers: Handovers | None = None,
        resources: ResourcePaces | None = None,
        lease_ms: int = LEASE_MS,
    ) -> Accounts:
        """`buckets` are those of the accounts that may not send as fast as they can, by the names of these.

        What the accounts say is counted in `handovers`. Without `resources` nothing leaves of one that names a rate.
        `lease_ms` is for how long a worker holds what it sends.
        """
        found = [
            _Account(
                sender,
                sender if isinstance(sender, Selective) else None,
                sender if isinstance(sender, Scattered) else None,
                buckets.get(sender.provider),
            )
            for sender in senders
        ]
        return cls(found, lease_ms / 1000, handovers or Handovers(), resources or ResourcePaces())

    def are_resting(self) -> bool:
        """Whether none of them may be asked now, so that nothing need be claimed for them."""
        return bool(self._accounts) and all(each.rest_s() for each in self._accounts)

    def are_doubtful(self) -> bool:
        """Whether none of them is known to work: then one message is as good as many."""
        return not any(each.breaker().is_closed for each in self._accounts)

    def worth_claiming(self, most: int) -> int:
        """How many of so many messages. The others would have to be put off; so they are found at once when one can.

        While no account is known to work, one message tries whether it does; among several accounts some more, as each
        may be for some of them only.
        """
        if self.are_resting():
            return 0
        if not self.are_doubtful():
            return most
        return min(most, 1 if len(self._accounts) == 1 else _TRIED_AMONG_SEVERAL)

    async def admit(self, delivery: Delivery) -> Admitted | Paced:
        """Room for one message, asked for before anything of it leaves: what is paced has not been handed over.

        The resource's rate is asked for here and nowhere else: a message counts once, whichever account takes it.
        """
        account = next(iter(self._in_order(delivery)), None)
        if account is None:
            return Admitted(None)
        # Almost no resource names a rate, and nobody waits a turn of the loop to learn that.
        is_free = delivery.rate is None or account.rest_s(delivery)
        held_back = None if is_free else await self._resources.held_back(delivery)
        if held_back is not None:
            self._handovers.held_back(delivery.channel)
            return held_back
        wait_s = await account.admit(delivery)
        if isinstance(wait_s, Paced):
            self._handovers.paced(delivery.channel, account.sender.provider, wait_s)
            return wait_s
        return Admitted(account, wait_s)

    async def send(self, delivery: Delivery, admitted: Admitted | None = None) -> Answered:
        """By the account that admitted it, where one did, and by the others in order."""
        by = admitted.account if admitted else None
        answered: Answered | None = None
        next_until = monotonic() + self._lease_s * _NEXT_WITHIN
        for account in self._first(by, delivery):
            if answered is not None and (monotonic() > next_until or account.rest_s(delivery)):
                # It was tried for real, so what came of that stands.
                break
            wait_s = admitted.wait_s if admitted and account is by else await account.admit(delivery)
            if isinstance(wait_s, Paced):
                self._handovers.paced(delivery.channel, account.sender.provider, wait_s)
                return Answered(account.sender.provider, wait_s)
            if wait_s:
                await asyncio.sleep(wait_s)
            outcome = await self._ask(account, delivery)
            answered = Answered(account.sender.provider, outcome)
            if not (isinstance(outcome, Deferred) and outcome.elsewhere):
                break
        return answered or _for_nobody(delivery)

    async def _ask(self, account: _Account, delivery: Delivery) -> Outcome:
        began, loop = monotonic(), asyncio.get_running_loop()
        silence = loop.call_later(self._lease_s * _SILENT_AFTER, account.failed, delivery, began)
        try:
            outcome = await account.sender.send(delivery)
        finally:
            silence.cancel()
        self._handovers.answered(delivery.channel, account.sender.provider, outcome, monotonic() - began)
        account.heard(delivery, outcome, began, was_silent=loop.time() >= silence.when())
        return outcome

    async def close(self) -> None:
        for account in self._accounts:
            await account.close()
        await self._resources.close()

    def _first(self, by: _Account | None, delivery: Delivery) -> Iterator[_Account]:
        """The others are put in order only when they are needed."""
        if by is not None:
            yield by
        yield from (each for each in self._in_order(delivery) if each is not by)

    def _in_order(self, delivery: Delivery) -> list[_Account]:
        """Those at rest come last, and for a second try all that are not known to work.

        It is first tries that find out whether a dead account works again, and one of them is enough.
        """
        takers = (each for each in self._accounts if each.takes(delivery))
        is_again = delivery.attempt > 1
        return sorted(
            takers,
            key=lambda account: (is_again and not account.breaker(delivery).is_closed, account.rest_s(delivery)),
        )


def _is_fault(outcome: Outcome) -> bool:
    """Of the provider, or of our account there: the next message would fare no better."""
    match outcome:
        case Deferred():
            return outcome.at_fault or (outcome.elsewhere and not outcome.others_may_leave)
        case Unknown():
            return outcome.at_fault
    return False


def _for_nobody(delivery: Delivery) -> Answered:
    """A refusal, since no time that passes makes an account: put off, it would wait for an operator unseen."""
    whom = delivery.push.provider or "what this address is of"
    return Answered(delivery.channel.lower(), Refused(f"no account for {whom}"))
