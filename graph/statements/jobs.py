"""Imports that run by themselves. What they still have to do waits beside them in parts, each of which goes when done.

Whoever works at a job holds its token, and its lock while a part is written: the part and what became of it are
committed together, so that nobody does a part twice.
"""

from __future__ import annotations

from typing import Final

from graph.statement import WRITE_TIMEOUT_MS, Statement

CREATE_JOB: Final = Statement(
    "create_job",
    """
    CREATE (j:Job:OpenJob {id: $id, state: $state, format: $format, actor: $actor, source: $source,
        skipsInvalid: $skipsInvalid, revision: 1, done: $refused, total: $total, received: $refused, created: 0,
        updated: 0, unchanged: 0, refused: $refused, failures: 0, createdAt: datetime({epochMillis: $now}),
        updatedAt: datetime({epochMillis: $now})})
    RETURN j.id
    """,
)

ADD_PARTS: Final = Statement(
    "add_job_parts",
    """
    UNWIND $parts AS part
    CREATE (p:JobPart {jobId: $id, seq: part[0], rows: part[1]})
    RETURN count(p)
    """,
    WRITE_TIMEOUT_MS,
)

# `key` orders the rejects of a job by their lines.
ADD_REJECTS: Final = Statement(
    "add_job_rejects",
    """
    MATCH (j:Job {id: $id})
    UNWIND $rejects AS row
    CREATE (j)<-[:OF]-(r:JobReject {key: row.key, index: row.index, outcome: row.outcome})
    FOREACH (each IN row.errors | CREATE (r)<-[:OF]-(:JobRejectError {position: each.position, code: each.code,
        message: each.message, field: each.field, index: row.index}))
    RETURN count(r)
    """,
    WRITE_TIMEOUT_MS,
)

# The lease is looked at again once the job is locked: two may have found it free.
CLAIM_JOB: Final = Statement(
    "claim_job",
    """
    MATCH (found:OpenJob) USING INDEX SEEK found:OpenJob(id)
    WHERE found.id > '' AND (found.leaseUntil IS NULL OR found.leaseUntil < datetime.realtime())
    WITH found ORDER BY found.id LIMIT 1
    MATCH (j:OpenJob {id: found.id})
    SET j.lock = 1
    WITH j WHERE j.leaseUntil IS NULL OR j.leaseUntil < datetime.realtime()
    SET j.token = $token, j.leaseUntil = datetime.realtime() + duration({milliseconds: $leaseMs}),
        j.revision = CASE WHEN j.state = $running THEN j.revision ELSE j.revision + 1 END,
        j.state = $running
    RETURN [j.id, j.revision, j.actor, j.source, j.skipsInvalid]
    """,
)

NEXT_PART: Final = Statement(
    "next_job_part",
    """
    MATCH (j:OpenJob {id: $id})
    SET j.lock = 1
    WITH j WHERE j.token = $token
    SET j.leaseUntil = datetime.realtime() + duration({milliseconds: $leaseMs})
    RETURN [COUNT { (j)<-[:OF]-(:JobReject) }, COLLECT {
        MATCH (p:JobPart) WHERE p.jobId = $id AND p.seq >= 0 RETURN [p.seq, p.rows] ORDER BY p.jobId, p.seq LIMIT 1
    }]
    """,
)

DROP_PART: Final = Statement(
    "drop_job_part",
    """
    MATCH (p:JobPart {jobId: $id, seq: $seq})
    DELETE p
    RETURN count(*)
    """,
)

# Few parts ever wait, so that they may be looked through.
PARTS_WITH: Final = Statement(
    "job_parts_with",
    """
    MATCH (p:JobPart) USING INDEX SEEK p:JobPart(jobId, seq)
    WHERE p.jobId > '' AND p.seq >= 0 AND any(word IN $words WHERE toLower(p.rows) CONTAINS word)
    WITH p ORDER BY p.jobId, p.seq
    RETURN collect([p.jobId, p.seq, p.rows])
    """,
    WRITE_TIMEOUT_MS,
)

LOCK_PART: Final = Statement(
    "lock_job_part",
    """
    MATCH (p:JobPart {jobId: $id, seq: $seq})
    SET p.lock = 1
    REMOVE p.lock
    RETURN p.rows
    """,
)

REWRITE_PART: Final = Statement(
    "rewrite_job_part",
    """
    MATCH (p:JobPart {jobId: $id, seq: $seq})
    SET p.rows = $rows
    RETURN count(*)
    """,
)

RECORD_PROGRESS: Final = Statement(
    "record_job_progress",
    """
    MATCH (j:Job {id: $id})
    SET j.done = j.done + $received, j.received = j.received + $received, j.created = j.created + $created,
        j.updated = j.updated + $updated, j.unchanged = j.unchanged + $unchanged, j.refused = j.refused + $refused,
        j.failures = 0, j.revision = j.revision + 1, j.updatedAt = datetime({epochMillis: $now})
    RETURN j.revision
    """,
)

END_JOB: Final = Statement(
    "end_job",
    """
    MATCH (j:Job {id: $id})
    SET j.state = $state, j.revision = j.revision + 1, j.updatedAt = datetime({epochMillis: $now})
    REMOVE j:OpenJob, j.token, j.leaseUntil
    RETURN j.revision
    """,
)

RECORD_FAILURE: Final = Statement(
    "record_job_failure",
    """
    MATCH (j:OpenJob {id: $id})
    SET j.lock = 1
    WITH j WHERE j.token = $token
    SET j.failures = j.failures + 1
    RETURN j.failures
    """,
)

# What a job that is given up still had to do is personal data that nobody needs.
DROP_PARTS: Final = Statement(
    "drop_job_parts",
    """
    MATCH (p:JobPart) WHERE p.jobId = $id AND p.seq >= 0
    DELETE p
    RETURN count(*)
    """,
    WRITE_TIMEOUT_MS,
)

RELEASE_JOB: Final = Statement(
    "release_job",
    """
    MATCH (j:OpenJob {id: $id})
    SET j.lock = 1
    WITH j WHERE j.token = $token
    REMOVE j.leaseUntil, j.token
    RETURN j.id
    """,
)

STANDING: Final = Statement("job_standing", "MATCH (j:Job {id: $id}) RETURN [j.revision, j.state]")
