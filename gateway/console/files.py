from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, PlainTextResponse
from starlette.routing import Route

from gateway.console.headers import security_headers

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

STATIC = Path(__file__).with_name("static")

# What a build contains, and nothing else is served. The machine's own table of types is not asked: it differs.
_MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_NOT_BUILT = "The console has not been built. Run `make console` in the checkout, then load this page again.\n"


class ConsoleFiles:
    """The built console, read from the disk at each request, so that a new build needs no restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def page(self, request: Request) -> Response:
        headers = {**security_headers(request.headers), "Cache-Control": "no-cache"}
        path = self._folder / "index.html"
        if not path.is_file():
            return PlainTextResponse(_NOT_BUILT, status_code=503, headers=headers)
        return FileResponse(path, media_type="text/html", headers=headers)

    async def asset(self, request: Request) -> Response:
        headers = security_headers(request.headers)
        path = self._asset_path(request.path_params["name"])
        if path is None:
            return PlainTextResponse("There is no such file.\n", status_code=404, headers=headers)
        # The name holds a hash of the content, so what it names never changes.
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return FileResponse(path, media_type=_MEDIA_TYPES[path.suffix], headers=headers)

    def _asset_path(self, name: str) -> Path | None:
        # A name has no separator and does not begin with a dot, so it cannot lead out of the folder.
        path = self._folder / "assets" / name
        if _FILE_NAME.fullmatch(name) is None or path.suffix not in _MEDIA_TYPES or not path.is_file():
            return None
        return path


def console_routes(folder: Path = STATIC) -> list[Route]:
    """GET and HEAD of `/` and `/assets/<file>`. They need no key: the console holds no data."""
    files = ConsoleFiles(folder)
    return [
        Route("/", files.page, methods=["GET"], name="console"),
        Route("/assets/{name}", files.asset, methods=["GET"], name="console-asset"),
    ]
