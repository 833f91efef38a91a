"""Values of arguments, written into a document or sent beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


@dataclass(frozen=True, slots=True)
class Named:
    """A value of an enum: a bare word in a document, a string beside it."""

    name: str


@dataclass(frozen=True, slots=True)
class Reference:
    variable: str


class Absent(Enum):
    """What is not given at all, which is not the same as null."""

    ABSENT = auto()


def in_document(value: Any) -> str:
    match value:
        case Named(name):
            return name
        case Reference(variable):
            return f"${variable}"
        case dict():
            return f"{{{', '.join(f'{name}: {in_document(member)}' for name, member in value.items())}}}"
        case list():
            return f"[{', '.join(map(in_document, value))}]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def beside_document(value: Any) -> Any:
    match value:
        case Named(name):
            return name
        case dict():
            return {name: beside_document(member) for name, member in value.items()}
        case list():
            return [beside_document(each) for each in value]
        case _:
            return value
