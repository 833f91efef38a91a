from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass


async def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Part:
    """A program that the stack keeps running.

    `argv` begins with an absolute path and holds no secret: every user of the machine can read it.
    """

    name: str
    argv: tuple[str, ...]
    # The whole environment; nothing of ours is inherited unless it stands here.
    environment: Mapping[str, str]
    # Asked again and again while it starts; False and OSError mean not yet.
    answers: Callable[[], Awaitable[bool]] = _always
    start_timeout_s: float = 30.0
    # After this it is killed.
    stop_timeout_s: float = 10.0
