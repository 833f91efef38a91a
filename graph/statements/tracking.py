"""What is known of letters before their opens and clicks are judged."""

from __future__ import annotations

from typing import Final

from graph.statement import WRITE_TIMEOUT_MS, Statement

# Of each letter how many of each kind are kept; there are few hundred at most, as more are not written.
LETTERS: Final = Statement(
    "letters_of_hits",
    """
    UNWIND $ids AS id
    MATCH (m:Message {id: id}) WHERE m.channel = $channel
    CALL (m) {
        MATCH (m)<-[:OF]-(r:Receipt) WHERE r.provider = $account
        WITH r.eventType AS kind, count(r) AS number
        RETURN collect([kind, number]) AS kept
    }
    RETURN collect([m.id, m.state, m.sentAt.epochMillis, kept])
    """,
    WRITE_TIMEOUT_MS,
)
