from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

from dispatch.hook import HookCall, HookReading
from dispatch.outcome import Outcome
from graph.delivery import Delivery


class ChannelSender(Protocol):
    """One account at one provider. `send` never raises for what a provider or an address does: that is an Outcome.

    It ends within four fifths of the lease that it was made with, whatever the provider does. `provider` names the
    account.
    """

    provider: str

    async def send(self, delivery: Delivery) -> Outcome: ...

    async def close(self) -> None: ...


@runtime_checkable
class Selective(Protocol):
    """An account that is only for some of what its channel carries; one that is not so takes everything."""

    def takes(self, delivery: Delivery) -> bool: ...


@runtime_checkable
class Scattered(Protocol):
    """An account whose messages go to servers of many, so that one which is dead says nothing of the others."""

    def place(self, delivery: Delivery) -> str:
        """The server that this message goes to."""
        ...


@runtime_checkable
class HookReader(Protocol):
    """An account whose provider calls back."""

    def read(self, call: HookCall) -> HookReading:
        """Raises NotSigned before anything of the call is looked at, and Malformed for what cannot be read."""
        ...


@runtime_checkable
class BounceReader(Protocol):
    """An account whose letters come back by mail."""

    def is_bounced_to(self, address: str) -> bool:
        """Whether what went by this account comes back to that address."""
        ...


# Makes an account of its URL, the variable that it stood in, and the lease in ms. Raises ValueError that names the
# variable and what is wrong, never a value.
Opener: TypeAlias = Callable[[str, str, int], ChannelSender]


@dataclass(frozen=True, slots=True)
class ChannelProviders:
    """Where the accounts of a channel are named, as URLs with spaces between, and who opens them, by scheme."""

    variable: str
    openers: dict[str, Opener]
