from __future__ import annotations

from typing import Final

from graph.statement import Statement

DEFINITIONS: Final = Statement(
    "attribute_definitions",
    """
    UNWIND $keys AS key
    MATCH (d:AttributeDefinition {key: key})
    RETURN collect([d.key, d.type, d.values])
    """,
)

# A definition that was there before is locked by the write, too: what it says is read afterwards.
LOCK_DEFINITION: Final = Statement(
    "lock_attribute_definition",
    """
    MERGE (d:AttributeDefinition {key: $key})
    ON CREATE SET d.type = $type, d.values = $values, d.createdAt = datetime({epochMillis: $now}), d.isNew = true
    SET d.key = $key
    WITH d, d.isNew IS NOT NULL AS isNew
    REMOVE d.isNew
    RETURN isNew
    """,
)

COUNT_DEFINITIONS: Final = Statement("count_attribute_definitions", "MATCH (d:AttributeDefinition) RETURN count(d)")

SET_VALUES: Final = Statement(
    "set_attribute_values",
    """
    MATCH (d:AttributeDefinition {key: $key})
    SET d.values = $values
    RETURN d.key
    """,
)
