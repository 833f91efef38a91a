from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

# Called with what is done and all there is.
OnLines = Callable[[int, int], None]


@contextmanager
def line_progress(name: str) -> Iterator[OnLines]:
    """A bar on a terminal, a line at every tenth elsewhere; on stderr, so that stdout holds only the result."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield at_tenths(name, _say)
        return
    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def at_tenths(name: str, say: Callable[[str], None]) -> OnLines:
    said = 0

    def on_lines(done: int, of: int) -> None:
        nonlocal said
        tenth = 10 * done // of if of else 10
        if tenth > said:
            said = tenth
            say(f"{done:,} of {of:,} {name}")

    return on_lines


def _say(line: str) -> None:
    click.echo(line, err=True)
