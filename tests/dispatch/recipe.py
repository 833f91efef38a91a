"""Does what docs/add-a-channel.md says, on a copy of the program."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[2]
_PAGE: Final = _ROOT / "docs" / "add-a-channel.md"
_PACKAGES: Final = ("graph", "dispatch", "gateway")
_BLOCK: Final = re.compile(r"^```(python|diff) file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def follow(copy: Path) -> list[str]:
    """Writes the changed program under `copy`; answers with the files that were changed, each once per block.

    Raises AssertionError where a line after which another one goes is not there exactly once.
    """
    for package in _PACKAGES:
        shutil.copytree(_ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    changed = []
    for kind, name, body in _BLOCK.findall(_PAGE.read_text()):
        if kind == "python":
            (copy / name).write_text(body)
        else:
            _insert(copy / name, body)
        changed.append(name)
    return changed


def _insert(path: Path, body: str) -> None:
    lines = body.splitlines()
    before = "".join(f"{line[1:]}\n" for line in lines if line.startswith(" "))
    added = "".join(f"{line[1:]}\n" for line in lines if line.startswith("+"))
    text = path.read_text()
    assert text.count(before) == 1, f"{path.name} does not have exactly once: {before}"
    path.write_text(text.replace(before, before + added))
