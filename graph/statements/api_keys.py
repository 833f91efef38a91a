from __future__ import annotations

from typing import Final

from graph.statement import Statement

STORE_KEY: Final = Statement(
    "store_api_key",
    """
    MERGE (key:ApiKey {hash: $hash})
    ON CREATE SET key.id = $id, key.scopes = $scopes, key.createdAt = datetime({epochMillis: $now})
    RETURN key.id
    """,
)

FIND_KEY: Final = Statement("find_api_key", "MATCH (key:ApiKey {hash: $hash}) RETURN [key.id, key.hash, key.scopes]")
