from __future__ import annotations

from dataclasses import dataclass, field

from graph.delivery import Delivery
from graph.subscribing.leave_links import LeaveLink, LeaveLinks
from graph.vocabulary import MessagePurpose


@dataclass(frozen=True, slots=True)
class LeavePages:
    """The pages of the gateway where people say no; `public_url` is how the world reaches it, without a last slash."""

    public_url: str
    links: LeaveLinks = field(repr=False)

    def url_for(self, delivery: Delivery) -> str | None:
        """None where there is nothing to leave: a receipt or a question for confirmation is no news."""
        if delivery.purpose is not MessagePurpose.MARKETING or not (delivery.address_id and delivery.resource_id):
            return None
        token = self.links.token(LeaveLink(delivery.address_id, delivery.resource_id, delivery.message_id))
        return f"{self.public_url}/u/{token}"
