from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import neo4j
from neo4j.time import DateTime

from bench.profiles import statements
from bench.profiles.people import Line

# By these no two people are alike, whoever wrote them.
_OWN = frozenset({"id", "key", "subjectId", "profileId"})
_OF_VALUE = frozenset({"value", "masked", "reversed", "domain"})
_EVERY = 997

Counts = Counter[tuple[str, str]]


async def counts(driver: neo4j.AsyncDriver) -> Counts:
    """Nodes, edges and their properties by kind."""
    found: Counts = Counter()
    for kind, number, properties in await _only(driver, statements.COUNTS):
        found[kind, "number"] = number
        found[kind, "properties"] = properties
    return found


async def sample(driver: neo4j.AsyncDriver, lines: Sequence[Line]) -> list[Any]:
    """Some of these people as they stand in the graph, without what is their own alone."""
    chosen = lines[::_EVERY]
    return [_alike(await _only(driver, statements.PERSON, key=f"EMAIL::{each.email.lower()}")) for each in chosen]


async def _only(driver: neo4j.AsyncDriver, text: Any, **parameters: object) -> Any:
    records, _, _ = await driver.execute_query(text, parameters)
    return records[0][0]


def _alike(value: Any) -> Any:
    if isinstance(value, Mapping):
        own = _OWN | _OF_VALUE if "masked" in value else _OWN
        return {name: _alike(each) for name, each in sorted(value.items()) if name not in own}
    if isinstance(value, list):
        return [_alike(each) for each in value]
    # The same instant may be written with an offset or with the name of a zone.
    return value.to_native().timestamp() if isinstance(value, DateTime) else value
