"""What can go wrong on a connection of ours; `graph.driver_errors` makes the graph's own errors of them.

BoltError
├── BoltLost       the connection is gone or was never made
├── BoltBroken     what came, or was to be sent, is no message
│   └── BoltOther  the server speaks Bolt, but no version that we speak
└── BoltFailure    the server refused; carries its code and not its words, which may quote personal data
"""

from __future__ import annotations


class BoltError(Exception):
    """The root of this room's errors."""


class BoltLost(BoltError):
    pass


class BoltBroken(BoltError):
    pass


class BoltOther(BoltBroken):
    pass


class BoltFailure(BoltError):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
