from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import auto

from graph.people import attribute_value
from graph.people.attribute_value import LARGEST_INTEGER, LARGEST_MICROS, SMALLEST_INTEGER, Plain, WrongValue
from graph.vocabulary import AttributeType, Word


class AttributeOperation(Word):
    SET = auto()
    UNSET = auto()
    INCREMENT = auto()
    ADD = auto()
    REMOVE = auto()


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """One operation on one attribute; `value` is what the caller gave, unchecked, and None for UNSET."""

    operation: AttributeOperation
    key: str
    value: object = None


def applied(
    change: AttributeChange, type_: AttributeType, choices: Sequence[str], present: Plain | None
) -> Plain | None:
    """What the attribute is after the change; None where it is not there (any more).

    INCREMENT counts from 0 where nothing is there. Tags keep their order: ADD puts new ones behind. Raises WrongValue
    for a value of another type, an operation that the type does not know, and a result that cannot be kept.
    """
    match change.operation:
        case AttributeOperation.UNSET:
            return None
        case AttributeOperation.SET:
            return attribute_value.parsed(type_, choices, change.value)
        case AttributeOperation.INCREMENT:
            return _increased(type_, change.value, present)
        case AttributeOperation.ADD | AttributeOperation.REMOVE:
            return _with_tags(change, type_, present)


def _increased(type_: AttributeType, by: object, present: Plain | None) -> int:
    before = present if isinstance(present, int) else 0
    match type_:
        case AttributeType.INTEGER:
            total, smallest, largest = before + attribute_value.integer(by), SMALLEST_INTEGER, LARGEST_INTEGER
        case AttributeType.DECIMAL:
            total, smallest, largest = before + attribute_value.micros(by), -LARGEST_MICROS, LARGEST_MICROS
        case _:
            raise WrongValue("Only attributes of type INTEGER or DECIMAL can be incremented.")
    if not smallest <= total <= largest:
        raise WrongValue("The sum would not fit 64 bits.")
    return total


def _with_tags(change: AttributeChange, type_: AttributeType, present: Plain | None) -> Plain | None:
    if type_ is not AttributeType.TAGS:
        raise WrongValue("Only to attributes of type TAGS something can be added, or removed from them.")
    given = attribute_value.tags(change.value)
    before = present if isinstance(present, list) else []
    if change.operation is AttributeOperation.ADD:
        return attribute_value.few_enough(list(dict.fromkeys([*before, *given])))
    return None if present is None else [each for each in before if each not in given]
