"""The words in which the table of shapes speaks of values."""

from __future__ import annotations

import orjson

from graph.instants import text_from_ms
from graph.money import decimal_from_micros
from graph.reading.assemble import Convert
from graph.reading.fields import Leaf

# In rows: what a text of up to 10 kB costs beyond its row.
LARGE = 15


def value(name: str) -> Leaf:
    return Leaf(f"{{v}}.{name}")


def optional(name: str) -> Leaf:
    return Leaf(f"{{v}}.{name}", required=False)


def value_or(name: str, default: str) -> Leaf:
    """`default` is Cypher; it stands for the property where a node was written without it."""
    return Leaf(f"coalesce({{v}}.{name}, {default})")


def instant(name: str, otherwise: str | None = None) -> Leaf:
    """A time; `otherwise` names the property that holds it for a node without `name`."""
    return Leaf(_instant(name, otherwise), text_from_ms)


def optional_instant(name: str) -> Leaf:
    return Leaf(_instant(name), text_from_ms, required=False)


def optional_date(name: str) -> Leaf:
    return Leaf(f"toString({{v}}.{name})", required=False)


def optional_decimal(name: str) -> Leaf:
    return Leaf(f"{{v}}.{name}", decimal_from_micros, required=False)


def json(name: str) -> Leaf:
    return Leaf(f"coalesce({{v}}.{name}, '{{}}')", parsed, weight=LARGE)


def attribute(convert: Convert) -> Leaf:
    """A value of an attribute `{v}` that was bound as `{v}a` beside it; `convert` takes its type and its plain form."""
    plain = "CASE {v}.type WHEN 'DATE' THEN toString({v}a) WHEN 'DATETIME' THEN {v}a.epochMillis ELSE {v}a END"
    return Leaf(f"[{{v}}.type, {plain}]", convert)


def parsed(text: str) -> object:
    """Raises ValueError for text that is no JSON, and for null: a field that must have a value then has none."""
    found: object = orjson.loads(text)
    if found is None:
        raise ValueError("null is no value")
    return found


def _instant(name: str, otherwise: str | None = None) -> str:
    # A temporal value on its way through the driver costs four times as much as a number.
    if otherwise is None:
        return f"{{v}}.{name}.epochMillis"
    return f"coalesce({{v}}.{name}, {{v}}.{otherwise}).epochMillis"
