from __future__ import annotations

from typing import Final

from graph.statement import Statement

# In a list, because an outreach of nobody is none, and one that does not exist is none either.
OWNERS_OF_OUTREACH: Final = Statement(
    "owners_of_outreach",
    """
    MATCH (o:Outreach {id: $id})
    MATCH (p:Profile {id: o.profileId})
    RETURN collect(coalesce(p.mergedInto, p.id))
    """,
)

MESSAGES_OF_OUTREACH: Final = Statement(
    "messages_of_outreach",
    """
    MATCH (o:Outreach {id: $id})<-[:PART_OF]-(m)
    WITH m.id AS id ORDER BY id
    RETURN collect(id)
    """,
)

# Answers with the state of each, and whether it is this that cancelled it.
CANCEL: Final = Statement(
    "cancel_messages",
    """
    UNWIND $ids AS id
    MATCH (m:Message {id: id})
    SET m.lock = 1
    WITH m, m.state IN $cancellable AS isOpen
    FOREACH (_ IN CASE WHEN isOpen THEN [1] ELSE [] END |
      SET m.state = $cancelled
      REMOVE m:Pending, m.nudgedAt, m.reason)
    RETURN collect([m.id, m.state, isOpen])
    """,
)
