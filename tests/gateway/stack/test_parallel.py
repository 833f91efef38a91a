from __future__ import annotations

from threading import Barrier, Lock

import pytest

from gateway.stack.parallel import each_in_parallel

_WAIT_S = 10


def test_every_item_is_worked_on_once_and_several_at_a_time() -> None:
    done: list[int] = []
    both_are_in = Barrier(2, timeout=_WAIT_S)
    lock = Lock()

    def work(item: int) -> None:
        if item < 2:
            both_are_in.wait()
        with lock:
            done.append(item)

    each_in_parallel(range(20), work, 2)

    assert sorted(done) == list(range(20))


def test_after_a_failure_nothing_new_is_begun() -> None:
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        raise ValueError(str(item))

    with pytest.raises(ValueError, match="0"):
        each_in_parallel(range(20), work, 1)

    assert begun == [0]
