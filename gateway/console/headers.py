from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# A name or an IPv4 address, or an IPv6 address in brackets, with or without a port.
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")

_SOURCES = {
    "default-src": "'self'",
    "script-src": "'self'",
    # Monaco and React set style attributes.
    "style-src": "'self' 'unsafe-inline'",
    "worker-src": "'self' blob:",
    "font-src": "'self' data:",
    "img-src": "'self' data:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
_POLICY = "; ".join(f"{directive} {sources}" for directive, sources in _SOURCES.items())

_FIXED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def security_headers(request_headers: Mapping[str, str]) -> dict[str, str]:
    """What every answer of the console carries.

    Content Security Policy level 3 counts a WebSocket to the same host as 'self', but not every browser does, so the
    host is also named. It comes from the client and is left out unless it is nothing but a host.
    """
    host = request_headers.get("host", "")
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return {"Content-Security-Policy": f"{_POLICY}; connect-src 'self'{sockets}", **_FIXED}
