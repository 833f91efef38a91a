from __future__ import annotations

from typing import Final

from graph.statement import WRITE_TIMEOUT_MS, Statement

# The MERGE on a unique key makes a second caller wait here until the first has committed or failed.
BEGIN: Final = Statement(
    "begin_idempotent_change",
    """
    MERGE (k:IdempotencyKey {key: $key})
    ON CREATE SET k.inputHash = $inputHash, k.createdAt = datetime({epochMillis: $now})
    SET k.touched = true
    WITH k, k.expiresAt < datetime({epochMillis: $now}) AS expired
    SET k.inputHash = CASE WHEN expired THEN $inputHash ELSE k.inputHash END,
        k.result = CASE WHEN expired THEN null ELSE k.result END,
        k.expiresAt = CASE WHEN expired OR k.expiresAt IS NULL
            THEN datetime({epochMillis: $expiresAt}) ELSE k.expiresAt END
    WITH k, k.leaseUntil IS NOT NULL AND k.leaseUntil > datetime.realtime() AS running
    SET k.leaseUntil = CASE
        WHEN k.result IS NOT NULL OR $leaseMs IS NULL OR running THEN k.leaseUntil
        ELSE datetime.realtime() + duration({milliseconds: $leaseMs}) END
    RETURN [k.inputHash, k.result, running AND k.result IS NULL]
    """,
)

REMEMBER: Final = Statement(
    "remember_idempotent_result",
    """
    MATCH (k:IdempotencyKey {key: $key})
    SET k.result = $result
    REMOVE k.leaseUntil
    RETURN k.key
    """,
    # The result of a batch has up to 10,000 rows.
    WRITE_TIMEOUT_MS,
)

RENEW: Final = Statement(
    "renew_idempotency_lease",
    """
    MATCH (k:IdempotencyKey {key: $key})
    SET k.leaseUntil = datetime.realtime() + duration({milliseconds: $leaseMs})
    RETURN k.key
    """,
)

RELEASE: Final = Statement(
    "release_idempotency_lease",
    """
    MATCH (k:IdempotencyKey {key: $key})
    REMOVE k.leaseUntil
    RETURN k.key
    """,
)

FORGET: Final = Statement(
    "forget_expired_idempotency_keys",
    """
    MATCH (k:IdempotencyKey) WHERE k.expiresAt < datetime({epochMillis: $now})
    WITH k LIMIT $limit
    DETACH DELETE k
    RETURN count(*)
    """,
)
