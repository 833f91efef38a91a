from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import click

T = TypeVar("T")


class Choices(click.ParamType[Sequence[T]]):
    """Some of several values, written with commas between them."""

    name = "list"

    def __init__(self, all_of_them: Sequence[T]) -> None:
        self._by_name = {str(each): each for each in all_of_them}

    def convert(
        self, value: str | Sequence[T], param: click.Parameter | None, ctx: click.Context | None
    ) -> Sequence[T]:
        if not isinstance(value, str):
            return value
        unknown = [name for name in value.split(",") if name not in self._by_name]
        if unknown:
            self.fail(f"{', '.join(unknown)}: choose from {', '.join(self._by_name)}", param, ctx)
        return [self._by_name[name] for name in value.split(",")]
