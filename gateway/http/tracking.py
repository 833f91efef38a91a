"""`/o/<token>`, the picture in a letter, and `/c/<token>`, its links: counted, and nobody waits for that."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from dispatch.counters import Counter
from gateway.hits import Hits
from gateway.http.machines import machine
from graph.clock import Clock
from graph.tracking.hit import Hit, HitKind
from graph.tracking.links import TrackingLinks

OPEN_PATH: Final = "/o/{token}"
CLICK_PATH: Final = "/c/{token}"

_HEADERS: Final[Mapping[str, str]] = {
    # Every time counts, so none may be answered by who stands between.
    "Cache-Control": "no-store",
    # Where people go is told nothing of the letter they come from.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
# One pixel that nobody sees (GIF 89a).
_PICTURE: Final = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_NOT_OURS: Final = "This link is not one of ours, or a part of it is missing. Please follow it again from the letter."


class Tracking:
    """Whether something is counted, and whether the graph is there, changes no answer.

    GET counts, although it is said to change nothing: a mail program can do nothing else. What is counted is that it
    was asked for. HEAD counts nothing.
    """

    def __init__(self, links: TrackingLinks, hits: Hits, clock: Clock) -> None:
        self._links = links
        self._hits = hits
        self._clock = clock

    def counters(self) -> Iterable[Counter]:
        return self._hits.counters()

    async def picture(self, request: Request) -> Response:
        try:
            message_id = self._links.opened(request.path_params["token"])
        except ValueError:
            return _not_ours()
        self._take(request, HitKind.OPEN, message_id)
        return Response(_PICTURE, 200, dict(_HEADERS), media_type="image/gif")

    async def link(self, request: Request) -> Response:
        """Leads only where a token that we have signed says."""
        try:
            link = self._links.clicked(request.path_params["token"])
        except ValueError:
            return _not_ours()
        self._take(request, HitKind.CLICK, link.message_id, link.url)
        return Response(None, 302, {**_HEADERS, "Location": link.url})

    def _take(self, request: Request, kind: HitKind, message_id: str, url: str | None = None) -> None:
        if request.method == "GET":
            self._hits.take(Hit(kind, message_id, self._clock.now(), url, machine(request.headers)))


def _not_ours() -> Response:
    return Response(_NOT_OURS, 404, dict(_HEADERS), media_type="text/plain")
