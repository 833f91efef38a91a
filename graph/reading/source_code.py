from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

Assemble = Callable[[Sequence[Any], Mapping[str, Any]], Any]


class Unforeseen(Exception):
    """The record is not as the fast assembly takes it to be; the careful one says what is wrong."""


def _give_up() -> NoReturn:
    raise Unforeseen


class SourceCode:
    """Python that is written for one plan. Of a document it holds response keys alone, quoted."""

    give_up = "give_up()"

    def __init__(self) -> None:
        self._names = 0
        self._functions: list[str] = []
        self._constants: dict[str, object] = {"give_up": _give_up}

    def name(self) -> str:
        self._names += 1
        return f"x{self._names}"

    def constant(self, value: object) -> str:
        """The name by which the code reaches a value of this program."""
        for name, known in self._constants.items():
            if known is value:
                return name
        name = f"k{len(self._constants)}"
        self._constants[name] = value
        return name

    def function(self, lines: Sequence[str]) -> str:
        """A function of a row `r` and the parameters `p`."""
        name = f"f{len(self._functions)}"
        body = "\n".join(f"    {line}" for line in lines)
        self._functions.append(f"def {name}(r, p):\n{body}\n")
        return name

    def compiled(self, expression: str) -> Assemble:
        """A function of the record and the parameters. It raises anything at all for a record with something missing.

        It is compiled because an interpreted tree of readings takes 2.7 times as long for a profile page (measured).
        """
        text = "\n".join((*self._functions, f"def assemble(r, p):\n    return {expression}\n"))
        names = dict(self._constants)
        exec(compile(text, "<assembly>", "exec"), names)  # noqa: S102  # Nothing in the text comes from outside unquoted.
        assemble: Assemble = names["assemble"]  # type: ignore[assignment]  # defined by the text above
        return assemble
