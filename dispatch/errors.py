"""What can go wrong in dispatch.

DispatchError
└── WorkerBroken    a part of a worker process died, so the process has to be started again
"""

from __future__ import annotations


class DispatchError(Exception):
    """The root of this room's errors."""


class WorkerBroken(DispatchError):
    pass
