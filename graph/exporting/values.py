"""What properties of the graph are called and look like outside of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from graph.instants import text_from_ms
from graph.money import decimal_from_micros

JsonObject = dict[str, Any]
Properties = Iterable[tuple[str, Any]]

# How the graph finds things again and keeps them unique tells nothing about anybody.
_INNER = frozenset({"key", "sourceKey", "contentHash", "claimToken", "lock", "nudgedAt", "synthetic", "undo"})
_MICROS = "Micros"
_ATTRIBUTE, _CHANGED, _TRACKED = "attr_", "at_", "tracked_"


def shown(properties: Properties) -> JsonObject:
    """By name, sorted: times as RFC 3339, amounts as decimals, and texts that hold JSON as what they hold."""
    found: JsonObject = {}
    for name, value in properties:
        if name in _INNER:
            continue
        if name == "properties" and isinstance(value, str):
            found[name] = json.loads(value)
        elif name.endswith(_MICROS):
            found[name.removesuffix(_MICROS)] = decimal_from_micros(value)
        else:
            found[name] = instant(value)
    return dict(sorted(found.items()))


def shown_person(properties: Properties, attribute_types: Mapping[str, str]) -> JsonObject:
    """Attributes, tracked fields and the times of changes stand each in an object of their own."""
    plain, parts = dict[str, Any](), {_ATTRIBUTE: JsonObject(), _CHANGED: JsonObject(), _TRACKED: JsonObject()}
    for name, value in properties:
        prefix = next((each for each in parts if name.startswith(each)), None)
        if prefix is None:
            plain[name] = value
        else:
            parts[prefix][name.removeprefix(prefix)] = value
    attributes = {key: _attribute(value, attribute_types.get(key)) for key, value in parts[_ATTRIBUTE].items()}
    return {
        **shown(plain.items()),
        "attributes": dict(sorted(attributes.items())),
        "tracked": shown(parts[_TRACKED].items()),
        "changedAt": shown(parts[_CHANGED].items()),
    }


def attribute_keys(properties: Properties) -> list[str]:
    return [name.removeprefix(_ATTRIBUTE) for name, _ in properties if name.startswith(_ATTRIBUTE)]


def instant(value: Any) -> Any:
    """A time as the statements mark it becomes its text; everything else stays."""
    if isinstance(value, dict):
        milliseconds = value["ms"]
        return None if milliseconds is None else text_from_ms(milliseconds)
    return value


def _attribute(value: Any, kind: str | None) -> Any:
    return decimal_from_micros(value) if kind == "DECIMAL" else instant(value)
