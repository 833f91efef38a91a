from __future__ import annotations

from typing import Final

from graph.statement import Statement

# The profile that a relation begins at is locked by whoever asks, so nobody makes or ends the same one meanwhile.
RELATION: Final = Statement(
    "relation",
    """
    MATCH (p:Profile {id: $fromId})
    OPTIONAL MATCH (r:Relation {key: $key})
    RETURN [r.id, r.properties, COUNT { (p)-[:RELATES]->() }]
    """,
)

CREATE_RELATION: Final = Statement(
    "create_relation",
    """
    MATCH (p:Profile {id: $fromId})
    MATCH (other:Profile {id: $toId})
    CREATE (p)-[:RELATES]->(r:Relation {id: $id, key: $key, type: $type, properties: $properties,
        since: datetime({epochMillis: $now})})-[:TO]->(other)
    RETURN r.id
    """,
)

SET_RELATION: Final = Statement(
    "set_relation",
    """
    MATCH (r:Relation {key: $key})
    SET r.properties = $properties
    RETURN r.id
    """,
)

DELETE_RELATION: Final = Statement(
    "delete_relation",
    """
    MATCH (r:Relation {key: $key})
    DETACH DELETE r
    RETURN count(*)
    """,
)
