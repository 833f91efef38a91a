from __future__ import annotations

from typing import Final

from graph.statement import WRITE_TIMEOUT_MS, Statement

# Answers with what each was before, its channel, whether anything is left to be said, and whether it waits again now.
# One whose person was erased is as good as gone. Tries are counted on, and those up to here leave the budget alone.
# What a template could not be made for yet has only the data that it is filled in with.
REQUEUE: Final = Statement(
    "requeue_messages",
    """
    UNWIND $ids AS id
    MATCH (m:Message {id: id})
    SET m.lock = 1
    WITH m, m.state AS before,
         coalesce(m.subject, m.text, m.html, m.url, m.icon, m.payload, m.data) IS NOT NULL AS hasContent
    WHERE EXISTS { MATCH (p:Profile {id: m.profileId}) }
    WITH m, before, hasContent, hasContent AND before IN $retriable AS isRetried
    FOREACH (_ IN CASE WHEN isRetried THEN [1] ELSE [] END |
      SET m:Pending, m.state = $queued, m.dueAt = datetime({epochMillis: $now}), m.earlierAttempts = m.attemptCount
      REMOVE m.claimToken, m.handedAt, m.nudgedAt, m.reason, m.refusedBy)
    RETURN collect([m.id, before, m.channel, hasContent, isRetried])
    """,
    WRITE_TIMEOUT_MS,
)

# What it came to before says nothing of what it comes to now.
REOPEN_OUTREACHES: Final = Statement(
    "reopen_outreaches",
    """
    UNWIND $ids AS id
    MATCH (:Message {id: id})-[:PART_OF]->(o:Outreach)
    SET o.state = 'QUEUED'
    REMOVE o.refusedBy, o.reason
    RETURN count(o)
    """,
    WRITE_TIMEOUT_MS,
)
