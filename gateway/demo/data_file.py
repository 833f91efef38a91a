from __future__ import annotations

from pathlib import Path

from gateway.imports.errors import FileUnreadable

_NAME = "online-retail-2010-12_2011-03.csv.gz"


def data_file() -> Path:
    """The sample shop: beside the rooms in a checkout, in this folder where a package carries it along.

    Raises FileUnreadable where neither holds it.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "data", here.parents[1] / "demo"):
        if (folder / _NAME).is_file():
            return folder / _NAME
    raise FileUnreadable(f"{_NAME} is not there: the demo needs a checkout of the repository, which has it in demo/")
