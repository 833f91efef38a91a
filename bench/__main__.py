from __future__ import annotations

import json
import os
import platform
import tempfile
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import hanging_redis, importing, starting
from bench.figure import Figure

_RESULTS = Path(__file__).parent / "results"


def main() -> None:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="customer-graph-bench-") as folder:
        for part in (starting, importing, hanging_redis):
            figures += part.measure(Path(folder))
    _write(figures)
    _print(figures)


def _write(figures: list[Figure]) -> None:
    _RESULTS.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()}
    content = {"machine": machine, "figures": [{**asdict(each), "median": each.value} for each in figures]}
    (_RESULTS / "foundation.json").write_text(json.dumps(content, indent=2) + "\n")


def _print(figures: list[Figure]) -> None:
    table = Table("", "median", "unit", "promised or usual", "times as good")
    for each in figures:
        goal = "" if each.goal is None else f"{each.goal:,.2f}"
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}"
        table.add_row(each.name, f"{each.value:,.2f}", each.unit, goal, ratio)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
