"""What the tests of single faults ask the graph, and put into it."""

from __future__ import annotations

from typing import Final

from graph.statement import Statement

WAITS: Final = Statement(
    "waits",
    """
    MATCH (m:Pending {state: 'DEFERRED'})<-[:OF]-(a:Attempt)
    RETURN collect(m.dueAt.epochMillis - a.at.epochMillis)
    """,
)
TRIED_AT: Final = Statement("tried_at", "MATCH (a:Attempt) RETURN collect(a.at.epochMillis)")
WORDS: Final = Statement(
    "words", "MATCH (n) WHERE any(key IN keys(n) WHERE toStringOrNull(n[key]) CONTAINS $word) RETURN count(n)", 30_000
)
REVISION: Final = Statement("revision_of", "MATCH (p:Profile {id: $id}) RETURN p.revision")
SENDER: Final = Statement("sender", "MATCH (r:Resource) SET r.sender = 'shop@example.com' RETURN count(r)")
WAITING: Final = Statement("waiting", "UNWIND $ids AS id MATCH (m:Message {id: id}) WHERE m:Pending RETURN count(m)")
FORGET_MAIL: Final = Statement("forget_mail", "MATCH (m:Message {channel: 'EMAIL'}) DETACH DELETE m RETURN count(m)")
