from __future__ import annotations

from typing import Final

from graph.statement import Statement

# Each by the index of what is pending, and the dead ones by that of states. What is counted ends at `$most`: whoever
# looks every few seconds must not read a queue of millions to its end.
WAITING: Final = Statement(
    "waiting_messages",
    """
    UNWIND $channels AS channel
    CALL (channel) {
      MATCH (m:Pending) WHERE m.channel = channel AND m.dueAt IS NOT NULL AND m.id IS NOT NULL
      WITH m LIMIT $most
      RETURN count(m) AS pending
    }
    CALL (channel) {
      MATCH (m:Pending)
      WHERE m.channel = channel AND m.dueAt <= datetime({epochMillis: $now}) AND m.id IS NOT NULL
      WITH m ORDER BY m.channel, m.dueAt, m.id LIMIT 1
      RETURN collect(m.dueAt.epochMillis) AS oldest
    }
    RETURN collect([channel, pending, oldest[0]])
    """,
)

DEAD: Final = Statement(
    "dead_messages",
    """
    UNWIND $states AS state
    CALL (state) {
      MATCH (m:Message) WHERE m.state = state AND m.createdAt IS NOT NULL AND m.id IS NOT NULL
      WITH m LIMIT $most
      RETURN count(m) AS dead
    }
    RETURN collect([state, dead])
    """,
)
