from __future__ import annotations

import json
import os
import platform
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from bench import hanging_redis, importing, starting
from bench.figure import Figure
from bench.grid import Grid

_RESULTS = Path(__file__).parent / "results"


@click.command
def foundation() -> None:
    """Starting, importing, and what a hanging Redis costs."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="customer-graph-bench-") as folder:
        for part in (starting, importing, hanging_redis):
            figures += part.measure(Path(folder))
    _write(figures)
    _grid(figures).show()


def _write(figures: list[Figure]) -> None:
    _RESULTS.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()}
    content = {"machine": machine, "figures": [{**asdict(each), "median": each.value} for each in figures]}
    (_RESULTS / "foundation.json").write_text(json.dumps(content, indent=2) + "\n")


def _grid(figures: list[Figure]) -> Grid:
    return Grid(
        "Foundation", ("", "median", "unit", "promised or usual", "times as good"), [_row(each) for each in figures]
    )


def _row(figure: Figure) -> tuple[str, ...]:
    goal = "" if figure.goal is None else f"{figure.goal:,.2f}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    return (figure.name, f"{figure.value:,.2f}", figure.unit, goal, ratio)
