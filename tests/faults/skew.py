"""Workers on machines whose clocks are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.faults.rig import Rig


@contextmanager
def clocks_off(there: Rig, *by_ms: int) -> Iterator[None]:
    """In place of the rig's workers, which are started again when it is next healed. None of these is left."""
    right = there.workers
    for worker in right:
        worker.kill()
    there.workers = tuple(
        replace(worker, command=("-m", "tests.faults.skewed_worker", str(each), "worker"), process=None)
        for worker, each in zip(right, by_ms, strict=True)
    )
    try:
        yield
    finally:
        for worker in there.workers:
            worker.kill()
        there.workers = right
