"""The product's worker on a machine whose clock is wrong by so many ms: `python -m tests.faults.skewed_worker MS`."""

from __future__ import annotations

import sys
import time

_BY_MS = int(sys.argv.pop(1))
_TIME, _TIME_NS = time.time, time.time_ns


def main() -> None:
    time.time = lambda: _TIME() + _BY_MS / 1_000
    time.time_ns = lambda: _TIME_NS() + _BY_MS * 1_000_000
    # Only now, so that whoever takes the functions themselves gets the wrong ones.
    from gateway.cli import main as customer_graph  # noqa: PLC0415  # For the reason above.

    customer_graph()


if __name__ == "__main__":
    main()
