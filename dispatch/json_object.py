from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import orjson


@dataclass(frozen=True, slots=True)
class JsonObject:
    """What a provider said, read without trust: what is missing or of another kind is as if nobody had said it."""

    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Raises ValueError, whose text holds nothing of the body, for anything that is not a JSON object."""
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise ValueError("not JSON") from None
        if isinstance(found, dict):
            return cls(found)
        raise ValueError("not a JSON object")

    def text(self, name: str) -> str:
        """Empty where there is none."""
        found = self.fields.get(name)
        return found if isinstance(found, str) else ""

    def number(self, name: str) -> int | None:
        found = self.fields.get(name)
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def object(self, name: str) -> JsonObject:
        """Without any field where there is none."""
        found = self.fields.get(name)
        return JsonObject(found if isinstance(found, dict) else {})

    def objects(self, name: str) -> tuple[JsonObject, ...]:
        """Those elements of a list that are objects."""
        found = self.fields.get(name)
        return tuple(JsonObject(each) for each in found if isinstance(each, dict)) if isinstance(found, list) else ()
