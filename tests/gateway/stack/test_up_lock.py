from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.stack.data_folder import DataFolder
from gateway.stack.errors import FolderInUse
from gateway.stack.up_lock import only_one


def test_the_second_on_one_folder_is_told_who_is_there(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)

    with (
        only_one(folder, "http://127.0.0.1:8000"),
        pytest.raises(FolderInUse) as refused,
        only_one(folder, "http://127.0.0.1:8001"),
    ):
        pytest.fail("two at once")

    assert str(refused.value) == (
        f"a stack already runs on {tmp_path} (process {os.getpid()}, http://127.0.0.1:8000); "
        "stop it, or name another folder in CUSTOMER_GRAPH_DATA"
    )


def test_one_after_the_other_may_have_it(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)

    with only_one(folder, "http://127.0.0.1:8000/a/long/one"):
        pass
    with only_one(folder, "http://127.0.0.1:8001"):
        written = folder.lock_file.read_text()

    assert written == f'{{"pid": {os.getpid()}, "url": "http://127.0.0.1:8001"}}'
