from __future__ import annotations

import neo4j

_EMPTY = """
MATCH (n) WHERE NOT n:SchemaVersion AND NOT n:MigrationLock
CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 200 ROWS
"""


def empty(session: neo4j.Session) -> None:
    """What migrations leave behind is no data; everything else goes, in pieces that fit a small heap."""
    session.run(_EMPTY).consume()
