from __future__ import annotations

from typing import Final

from graph.statement import Statement

STATUS: Final = Statement(
    "status_of_profile",
    """
    MATCH (p:Profile {id: $id})
    WITH p, head(COLLECT {
        MATCH (p)<-[:ABOUT]-(c:ConsentRecord) WHERE c.subjectId = p.id
        RETURN [c.at.epochMillis, c.cause] ORDER BY c.seq DESC LIMIT 1
    }) AS last
    RETURN [p.status, last[0], last[1]]
    """,
)

SET_STATUSES: Final = Statement(
    "set_profile_statuses",
    "UNWIND $rows AS row MATCH (p:Profile {id: row.id}) SET p.status = row.status RETURN count(p)",
)
