from __future__ import annotations

from graph.reading.fields import Shape
from graph.reading.shapes import life, person

_ALL = (
    person.PROFILE,
    person.EFFECTIVE_TIMEZONE,
    person.IDENTIFIER,
    person.SUBSCRIPTION,
    person.MEMBERSHIP,
    person.OPT_IN,
    person.RESOURCE,
    person.CATEGORY,
    life.EVENT,
    life.PRODUCT,
    life.PURCHASE,
    life.LINE,
    life.MESSAGE,
    life.MERGE,
    life.ATTEMPT,
    life.OUTREACH,
)

SHAPES: dict[str, Shape] = {shape.name: shape for shape in _ALL}
