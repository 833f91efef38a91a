"""Runs a program in its own place that ends when the process which started it does.

Called as a file, without the site packages: `python -I -S leash.py PARENT PROGRAM ARGUMENT…`. Linux asks the kernel
for it; elsewhere the next `up` finds what is left over by its record.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PARENT_IS_GONE = 1


def _run() -> None:
    parent, program, *arguments = sys.argv[1:]
    if sys.platform == "linux":
        # The request survives the exec below. SIGTERM, so that a store is closed and not torn.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        # It may have died before the request was made, and then no signal would ever come.
        if os.getppid() != int(parent):
            sys.exit(_PARENT_IS_GONE)
    os.execv(program, [program, *arguments])  # noqa: S606  # No shell is wanted: this process becomes the program.


if __name__ == "__main__":
    _run()
