"""Messages as the mutation writes them, for tests of what comes after it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from graph.connection import Graph, Transaction
from graph.ids import IdPrefix, new_id
from graph.statement import Statement

_SEED = Statement(
    "seed_message",
    """
    MERGE (p:Profile {id: $profile_id})
    ON CREATE SET p.status = $profile_status, p.revision = 1,
                  p.createdAt = datetime({epochMillis: $created_at})
    MERGE (i:Identifier {key: 'EMAIL::' + $address})
    ON CREATE SET i.id = $identifier_id, i.type = 'EMAIL', i.value = $address
    MERGE (i)-[:IDENTIFIES]->(p)
    MERGE (r:Resource {key: 'shop'})
    ON CREATE SET r.id = $resource_id, r.sender = 'shop@example.com', r.senderName = 'The Shop', r.channels = ['EMAIL']
    MERGE (s:Subscription {key: p.id + ':' + r.id + ':EMAIL:' + i.id})
    ON CREATE SET s.id = $subscription_id, s.channel = 'EMAIL', s.status = $subscription_status, s.priority = 0
    MERGE (p)-[:HAS_SUBSCRIPTION]->(s)
    MERGE (s)-[:AT]->(i)
    MERGE (s)-[:OF]->(r)
    CREATE (o:Outreach {id: $outreach_id, profileId: p.id, origin: 'API', state: 'QUEUED'})
    CREATE (m:Message:Pending {
      id: $message_id, profileId: p.id, state: $state, purpose: $purpose, channel: 'EMAIL', subject: $subject,
      text: $text, html: $html, isTest: false, createdAt: datetime({epochMillis: $created_at}),
      dueAt: datetime({epochMillis: $due_at}), lock: 1, attemptCount: 0, openCount: 0, clickCount: 0
    })
    CREATE (m)-[:TO]->(s)
    CREATE (m)-[:PART_OF]->(o)
    SET m.expiresAt = CASE WHEN $expires_at IS NULL THEN null ELSE datetime({epochMillis: $expires_at}) END
    RETURN m.id
    """,
)

MESSAGE = Statement(
    "message_with_attempts",
    """
    MATCH (m:Message {id: $id})
    OPTIONAL MATCH (a:Attempt)-[:OF]->(m)
    WITH m, a ORDER BY a.id
    WITH m, collect(a {.outcome, .answer, .provider, at: a.at.epochMillis, nextAt: a.nextAt.epochMillis}) AS attempts
    RETURN m {.state, .attemptCount, .refusedBy, .reason, .providerId, .claimToken, pending: m:Pending,
              dueAt: m.dueAt.epochMillis, sentAt: m.sentAt.epochMillis, handed: m.handedAt IS NOT NULL,
              attempts: attempts}
    """,
)

OUTREACH = Statement("outreach", "MATCH (:Message {id: $id})-[:PART_OF]->(o:Outreach) RETURN [o.state, o.refusedBy]")
REVISION = Statement("revision", "MATCH (p:Profile {id: $id}) RETURN p.revision")


@dataclass(frozen=True, slots=True)
class Seed:
    """One message to one person. Ids are made where none is given; times are epoch milliseconds."""

    message_id: str
    profile_id: str
    address: str
    created_at: int
    due_at: int
    expires_at: int | None = None
    state: str = "QUEUED"
    purpose: str = "MARKETING"
    profile_status: str = "SUBSCRIBED"
    subscription_status: str = "SUBSCRIBED"
    subject: str = "Hello"
    text: str | None = "Good day."
    html: str | None = None


def seed(now_ms: int, number: int = 0, **changes: object) -> Seed:
    values: dict[str, object] = {
        "message_id": new_id(IdPrefix.MESSAGE, now_ms),
        "profile_id": new_id(IdPrefix.PROFILE, now_ms),
        "address": f"reader{number}@example.org",
        "created_at": now_ms,
        "due_at": now_ms,
    }
    return Seed(**{**values, **changes})  # type: ignore[arg-type]  # test data, named by the tests


async def queue(graph: Graph, *seeds: Seed) -> list[str]:
    async def work(transaction: Transaction) -> list[str]:
        return [await transaction.run(_SEED, **_parameters(each)) for each in seeds]

    # A cold server on a busy machine takes its time over the first ones.
    return await graph.write(work, timeout_ms=60_000)


def _parameters(one: Seed) -> dict[str, object]:
    return {
        **asdict(one),
        "identifier_id": new_id(IdPrefix.IDENTIFIER),
        "resource_id": new_id(IdPrefix.RESOURCE),
        "subscription_id": new_id(IdPrefix.SUBSCRIPTION),
        "outreach_id": new_id(IdPrefix.OUTREACH),
    }
