from __future__ import annotations

from dataclasses import dataclass

from graph.identifiers import IdentifierValue
from graph.ids import IdPrefix, new_id
from graph.vocabulary import Channel, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class ConsentStep:
    """A row of the consent ledger to be; what it came from is the step before it."""

    to_status: SubscriptionStatus
    at_ms: int
    cause: str
    actor: str


@dataclass(frozen=True, slots=True)
class OptIn:
    at_ms: int
    ip: str
    url: str
    source: str
    wording: str


@dataclass(frozen=True, slots=True)
class SyntheticSubscription:
    """Its status is where `history`, of at least one step, ends."""

    address: IdentifierValue
    channel: Channel
    priority: int
    opt_in: OptIn
    history: tuple[ConsentStep, ...]
    left: tuple[str, ...] = ()
    suspended_until_ms: int | None = None

    @property
    def status(self) -> SubscriptionStatus:
        return self.history[-1].to_status

    def row(self, profile_id: str, resource_id: str, identifier_id: str) -> dict[str, object]:
        return {
            "id": new_id(IdPrefix.SUBSCRIPTION),
            "key": f"{profile_id}:{resource_id}:{self.channel}:{identifier_id}",
            "profileId": profile_id,
            "address": self.address.key,
            "channel": self.channel.value,
            "status": self.status.value,
            "priority": self.priority,
            "optInMs": self.opt_in.at_ms,
            "optInIp": self.opt_in.ip,
            "optInUrl": self.opt_in.url,
            "optInSource": self.opt_in.source,
            "optInWording": self.opt_in.wording,
            "createdMs": self.history[0].at_ms,
            "updatedMs": self.history[-1].at_ms,
            "suspendedUntilMs": self.suspended_until_ms,
            "left": list(self.left),
            "history": self._ledger(),
        }

    def _ledger(self) -> list[dict[str, object]]:
        before: list[SubscriptionStatus | None] = [None, *(step.to_status for step in self.history)]
        return [
            {
                "id": new_id(IdPrefix.CONSENT_RECORD),
                "seq": seq,
                "atMs": step.at_ms,
                "fromStatus": from_status.value if from_status else None,
                "toStatus": step.to_status.value,
                "cause": step.cause,
                "actor": step.actor,
            }
            for seq, (from_status, step) in enumerate(zip(before, self.history, strict=False), start=1)
        ]
