"""`/u/<token>`, where the links in letters lead: GET shows, POST acts, without a key or a cookie (RFC 8058)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway.schema.context import Services
from graph.errors import GraphError, GraphUnavailable, UnknownCommit
from graph.idempotency import Done
from graph.subscribing.leave_by_link import leave_by_link, leaving_place
from graph.subscribing.leave_links import LeaveLink, LeaveLinks

PATH: Final = "/u/{token}"

_HEADERS: Final[Mapping[str, str]] = {
    # What stands here is somebody's, and is different after a click.
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #1f2937; max-width: 34em; margin: 15vh auto; padding: 0 1em; }}
button {{ font: inherit; padding: .5em 1.2em; border: 0; border-radius: 6px; background: #4f46e5; color: #fff; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""
_NOT_OURS: Final = "This link is not one of ours, or what it was about is not there any more. Nothing was changed."
_AGAIN: Final = "We cannot do this right now, or do not know whether it is done: please try again in a minute."

_log: Final = logging.getLogger(__name__)


class Leaving:
    """Ends what a letter's link is about. Who clicks need not be known: the token says which letter it stood in."""

    def __init__(self, services: Services, links: LeaveLinks) -> None:
        self._services = services
        self._links = links

    async def show(self, request: Request) -> Response:
        """Changes nothing, because scanners of mail follow every link."""
        link = self._link(request)
        if link is None:
            return _page("Nothing to do", _text(_NOT_OURS), 404)
        try:
            place = await leaving_place(self._services.graph, link)
        except GraphError as error:
            return _unavailable(error)
        if place is None:
            return _page("Nothing to do", _text(_NOT_OURS), 404)
        question = f"{place.masked} will get no more news from \u201c{place.resource_title}\u201d; receipts still come."
        return _page("Unsubscribe?", _text(question) + '<form method="post"><button>Unsubscribe</button></form>')

    async def act(self, request: Request) -> Response:
        """Whatever the body says: of the mail program that asks there is only `List-Unsubscribe=One-Click`."""
        link = self._link(request)
        if link is None:
            return _page("Nothing to do", _text(_NOT_OURS), 404)
        try:
            done = await self._left(link)
        except GraphError as error:
            return _unavailable(error)
        for change in done.changes:
            self._services.changes.publish(change.profile_id, change.revision, change.kinds)
        return _page("Unsubscribed", _text("This address will get no more news from there."))

    async def _left(self, link: LeaveLink) -> Done:
        """Once more where the answer to the commit was lost: twice is as good as once."""
        graph, now_ms = self._services.graph, self._services.clock.now()
        try:
            return await leave_by_link(graph, link, now_ms)
        except UnknownCommit:
            return await leave_by_link(graph, link, now_ms)

    def _link(self, request: Request) -> LeaveLink | None:
        try:
            return self._links.link(request.path_params["token"])
        except ValueError:
            return None


def _unavailable(error: GraphError) -> Response:
    """Mail programs ask again then (RFC 8058 leaves that to them); people are told."""
    _log.warning("a link in a letter was not answered: %s", type(error).__name__)
    retry_after_s = error.retry_after_s if isinstance(error, GraphUnavailable) else 2
    answer = _page("Please try again", _text(_AGAIN), 503)
    answer.headers["Retry-After"] = str(retry_after_s)
    return answer


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(_PAGE.format(title=escape(title), body=body), status, dict(_HEADERS))


def _text(text: str) -> str:
    return f"<p>{escape(text)}</p>"
