from __future__ import annotations

from dataclasses import dataclass, field

from dispatch.tracked_html import tracked
from graph.delivery import Delivery
from graph.tracking.links import ClickLink, TrackingLinks, is_target
from graph.vocabulary import Channel, MessagePurpose

# What a template left unfilled is no address yet.
_UNFILLED = ("{{", "{%")


@dataclass(frozen=True, slots=True)
class TrackedLetters:
    """Letters whose opens and clicks come by the gateway; `public_url` is how the world reaches it."""

    public_url: str
    links: TrackingLinks = field(repr=False)

    def html_for(self, delivery: Delivery) -> str | None:
        """The same for every try of one message. Only news are tracked, and only where their resource wants it."""
        is_news = delivery.channel is Channel.EMAIL and delivery.purpose is MessagePurpose.MARKETING
        if not is_news or not delivery.html:
            return delivery.html
        picture = self._picture(delivery.message_id) if delivery.track_opens else ""

        def url_of(url: str) -> str | None:
            return self._url_of(url, delivery.message_id) if delivery.track_clicks else None

        return tracked(delivery.html, url_of, picture)

    def _url_of(self, url: str, message_id: str) -> str | None:
        """None for what is not to be counted: whoever says no is not followed on the way to it."""
        ours = tuple(f"{self.public_url}/{page}/" for page in ("u", "c"))
        if not is_target(url) or url.startswith(ours) or any(each in url for each in _UNFILLED):
            return None
        return f"{self.public_url}/c/{self.links.click_token(ClickLink(message_id, url))}"

    def _picture(self, message_id: str) -> str:
        """Not hidden by a style: some programs load no hidden pictures, and filters of spam count them."""
        return f'<img src="{self.public_url}/o/{self.links.open_token(message_id)}" width="1" height="1" alt="">'
