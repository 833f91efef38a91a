from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from bench.reading.operation import Operation

_TIMES = frozenset({"createdAt", "occurredAt", "placedAt"})
_AMOUNTS = frozenset({"total", "unitPrice"})
_ONE = frozenset({"address", "resource", "profile"})
_PER_UNIT = 1_000_000


def normal_form(operation: Operation, answer: dict[str, Any]) -> Any:
    """What an answer says, however the system says it: the same for all systems, or one of them is wrong.

    Pages are lists; times are epoch milliseconds; amounts are millionths.
    """
    root = next(iter(answer.values()))
    if isinstance(root, list) and operation is not Operation.PEOPLE:
        # A system without a field for one thing answers with a list of one.
        (root,) = root
    return _normal("", root)


def _normal(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _page_or_object(value)
    if isinstance(value, list):
        entries = [_normal("", entry) for entry in value]
        return entries[0] if name in _ONE else entries
    if value is not None and name in _TIMES:
        return _milliseconds(value)
    return int(value) if name in _AMOUNTS else value


def _page_or_object(value: dict[str, Any]) -> Any:
    if "nodes" in value:
        return [_object(node) for node in value["nodes"]]
    if "edges" in value:
        return [_object({**edge["properties"], "product": edge["node"]}) for edge in value["edges"]]
    return _object(value)


def _object(value: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, member in value.items():
        if name in _AMOUNTS and isinstance(member, dict):
            flat[name] = _micros(member["amount"])
            flat.update({"currency": member["currency"]} if "currency" in member else {})
        else:
            flat[name] = _normal(name, member)
    if "eventType" in flat and flat["value"] is not None:
        flat["value"] = _micros(flat["value"])
    return flat


def _milliseconds(value: str | float) -> int:
    if isinstance(value, str):
        return round(datetime.fromisoformat(value).timestamp() * 1000)
    return int(value)


def _micros(value: str | float) -> int:
    """The product writes units, as text with a point; the others write millionths."""
    if isinstance(value, str) and "." in value:
        return int(Decimal(value) * _PER_UNIT)
    return int(value)
