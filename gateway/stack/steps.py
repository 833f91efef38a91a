from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click


def say(text: str) -> None:
    """One line on stdout, there at once: scripts wait for it."""
    click.echo(text)


@contextmanager
def step(name: str, *, announced: bool = False) -> Iterator[None]:
    """One line when it is done, with how long it took; `announced` says it beforehand too, where it takes long."""
    if announced:
        say(f"{name} …")
    begun = time.monotonic()
    yield
    say(f"{name}: {time.monotonic() - begun:.1f} s")
