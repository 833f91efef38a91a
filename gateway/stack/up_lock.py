from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.stack.data_folder import DataFolder
from gateway.stack.errors import FolderInUse


@contextmanager
def only_one(folder: DataFolder, url: str) -> Iterator[None]:
    """Keeps every other `up` off this folder. Raises FolderInUse that names who is there and where it answers."""
    descriptor = os.open(folder.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(_holder(folder)) from None
        os.truncate(descriptor, 0)
        os.write(descriptor, json.dumps({"pid": os.getpid(), "url": url}).encode())
        yield
    finally:
        os.close(descriptor)


def _holder(folder: DataFolder) -> str:
    try:
        holder = json.loads(folder.lock_file.read_text(encoding="utf-8"))
        who = f"process {holder['pid']}, {holder['url']}"
    except (ValueError, KeyError, TypeError):
        # It has the lock, but has not written who it is yet.
        who = "it is just starting"
    return f"a stack already runs on {folder.path} ({who}); stop it, or name another folder in CUSTOMER_GRAPH_DATA"
