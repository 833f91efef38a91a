"""What a merge or a split locks, and reads again in the same statement: every answer awaited makes the lock longer.

Within a statement a part in CALL is over before the next one begins, which so reads what whoever held the lock wrote.
"""

from __future__ import annotations

from typing import Final, LiteralString

from graph.statement import Statement
from graph.statements import merge_sides

_IDENTIFIERS: Final[LiteralString] = """
    UNWIND $ids AS id
    MATCH (:Profile {id: id})<-[:IDENTIFIES]-(i)
    WITH DISTINCT i ORDER BY i.key
    SET i.type = i.type
    RETURN count(i) AS identifiers
    """

_SUBSCRIPTIONS: Final[LiteralString] = """
    UNWIND $ids AS id
    MATCH (:Profile {id: id})-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s)
    WITH DISTINCT s ORDER BY s.id
    SET s.channel = s.channel
    RETURN count(s) AS subscriptions
    """

# The value set is not the node's own: see LOCK_PROFILES in `people`.
ROOTS: Final = Statement(
    "locked_roots_of_profiles",
    """
    CALL () {
        UNWIND $memberIds AS memberId
        MATCH (member:Profile {id: memberId})
        SET member.id = memberId
        RETURN count(member) AS members
    }
    """
    + merge_sides.ROOTS.text,
)

SIDES: Final = Statement(
    "locked_sides_of_a_merge",
    f"CALL () {{{_IDENTIFIERS}}} CALL () {{{_SUBSCRIPTIONS}}}" + merge_sides.SIDES.text,
)
