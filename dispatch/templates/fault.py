from __future__ import annotations


class TemplateFault(Exception):
    """A template cannot be used, or not with these values; `line` counts from 1, and 0 is the whole.

    The message names variables and never a value.
    """

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line

    def __str__(self) -> str:
        return f"{self.message} (line {self.line})" if self.line else self.message


def line_of(source: str, index: int) -> int:
    return source.count("\n", 0, max(index, 0)) + 1
