"""Answers like a gateway that is ready: for tests of the stack around it. Logs the environment it was given."""

from __future__ import annotations

import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class _Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()


HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), _Ready).serve_forever()
