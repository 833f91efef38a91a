from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

from gateway.stack.steps import step


@contextmanager
def progress(name: str, size: int) -> Iterator[Callable[[int], None]]:
    """A bar of bytes on a terminal, and one line when it is done; elsewhere only that line."""
    console = Console()
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with step(f"{name} fetched and verified"), bar:
        task = bar.add_task(name, total=size)
        yield lambda count: bar.advance(task, count)
