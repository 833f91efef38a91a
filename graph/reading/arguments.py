"""What a field was given, seen in two ways: as values, which become parameters, and as facts, which shape the text.

A plan is compiled for the values of one request and serves every later request for which the same questions have the
same answers. So whatever the text depends on has to be asked here, where the question is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.reading.answer import BAD_ARGUMENT, BadArgument, Path
from graph.selection import Given

Values = Sequence[object]
Question = Callable[[Any], Hashable]
Convert = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a parameter's value comes from: a place among the request's values, or the text of the document."""

    slot: int | None
    value: object = None
    convert: Convert | None = None

    def then(self, convert: Convert) -> Source:
        """The same value, converted once more. A value of the document is converted here and now."""
        if self.slot is None:
            return Source(None, convert(self.value))
        earlier = self.convert
        return Source(self.slot, None, convert if earlier is None else lambda value: convert(earlier(value)))

    def of(self, values: Values) -> object:
        if self.slot is None:
            return self.value
        value = values[self.slot]
        return value if self.convert is None else self.convert(value)


@dataclass(frozen=True, slots=True)
class Step:
    """A question that was asked of one of the request's values, and its answer."""

    slot: int
    question: Question
    answer: Hashable


class Inquiry:
    """What a compilation wanted to know of one request's values, in the order of asking, each question once."""

    __slots__ = ("_answers", "_values", "steps")

    def __init__(self, values: Values) -> None:
        self._values = values
        self._answers: dict[tuple[int, Question], Hashable] = {}
        self.steps: list[Step] = []

    def ask(self, slot: int, question: Question) -> Any:
        if (slot, question) not in self._answers:
            answer = question(self._values[slot])
            self._answers[slot, question] = answer
            self.steps.append(Step(slot, question, answer))
        return self._answers[slot, question]


@dataclass(frozen=True, slots=True)
class _OfMember:
    """A question to one member of an input object."""

    member: str
    question: Question

    def __call__(self, given: Mapping[str, Any] | None) -> Hashable:
        return self.question((given or {}).get(self.member))


class Arguments:
    """The arguments of the field at `path`."""

    __slots__ = ("_given", "_inquiry", "path")

    def __init__(self, given: Mapping[str, object], inquiry: Inquiry, path: Path) -> None:
        self._given = given
        self._inquiry = inquiry
        self.path = path

    def ask(self, name: str, question: Question) -> Any:
        """The answer for this argument's value, which is null for an argument that is absent."""
        value = self._given.get(name)
        if isinstance(value, Given):
            return self._inquiry.ask(value.slot, question)
        return question(value)

    def within(self, name: str) -> Members:
        """The members of an input object, as if each were an argument."""
        return Members(self, name)

    def given(self, name: str) -> bool:
        """Whether there is a value that is not null."""
        return name in self._given and bool(self.ask(name, is_given))

    def bad(self, message: str, code: str = BAD_ARGUMENT) -> BadArgument:
        """To be raised where one of them cannot be answered."""
        return BadArgument(code, message, self.path)

    def itself(self, name: str) -> Any:
        """A value that the text depends on as a whole; only for those of a small closed set."""
        return self.ask(name, _itself)

    def source(self, name: str, convert: Convert | None = None) -> Source:
        """The value as a parameter; `convert` may raise BadArgument, with each request anew."""
        value = self._given.get(name)
        source = Source(value.slot) if isinstance(value, Given) else Source(None, value)
        return source if convert is None else source.then(convert)


class Members(Arguments):
    """The members of the argument `name`."""

    __slots__ = ("_above", "_name")

    def __init__(self, above: Arguments, name: str) -> None:
        super().__init__({}, above._inquiry, above.path)  # noqa: SLF001  # A kind of itself.
        self._above = above
        self._name = name

    def ask(self, name: str, question: Question) -> Any:
        return self._above.ask(self._name, _OfMember(name, question))

    def given(self, name: str) -> bool:
        return bool(self.ask(name, is_given))

    def source(self, name: str, convert: Convert | None = None) -> Source:
        source = self._above.source(self._name, lambda given: (given or {}).get(name))
        return source if convert is None else source.then(convert)


def is_given(value: object) -> bool:
    return value is not None


def _itself(value: Hashable) -> Hashable:
    return value
