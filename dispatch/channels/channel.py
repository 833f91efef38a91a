from __future__ import annotations

from typing import Protocol

from dispatch.outcome import Outcome
from graph.delivery import Delivery


class ChannelSender(Protocol):
    """One way to people. `send` never raises for what a provider or an address does: that is an Outcome.

    It ends within the lease that its settings name, whatever the provider does.
    """

    provider: str

    async def send(self, delivery: Delivery) -> Outcome: ...
