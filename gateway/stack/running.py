from __future__ import annotations

import json
import os
from collections.abc import Mapping

from gateway.stack.data_folder import DataFolder
from gateway.stack.private_file import write_private
from gateway.stack.process_record import ProcessRecord


def environment() -> dict[str, str]:
    """What a command works with: the running stack of the data folder, and over it what the caller has set.

    An empty variable counts as none.
    """
    given = {name: value for name, value in os.environ.items() if value}
    return {**_of_running_stack(DataFolder.from_environment(given)), **given}


def announce(folder: DataFolder, values: Mapping[str, str]) -> None:
    """Lets every other command find this process's stack."""
    record = ProcessRecord.of(os.getpid())
    created = record.created if record else 0.0
    content = {"environment": dict(values), "pid": os.getpid(), "created": created}
    write_private(folder.running_file, json.dumps(content, indent=2))


def withdraw(folder: DataFolder) -> None:
    folder.running_file.unlink(missing_ok=True)


def is_running(folder: DataFolder) -> bool:
    record = ProcessRecord.read(folder.running_file)
    return record is not None and record.process() is not None


def _of_running_stack(folder: DataFolder) -> dict[str, str]:
    # A stack that was killed leaves the file behind; its addresses lead nowhere or to somebody else.
    if not is_running(folder):
        return {}
    content = json.loads(folder.running_file.read_text(encoding="utf-8"))
    return {str(name): str(value) for name, value in content["environment"].items()}
