"""The label Buyer: on everybody who ever bought, also under an id that was merged into theirs.

It is a promise in one direction: who lacks it has no purchase, and no filter needs to look for one. Nobody loses it.
"""

from __future__ import annotations

from typing import Final

from graph.statement import Statement

_PAGE_TIMEOUT_MS: Final = 120_000

_MARK: Final = """
    CALL (p) {
        WITH p WHERE EXISTS {
            MATCH (u:Purchase)
            USING INDEX SEEK u:Purchase(profileId, placedAt, id)
            WHERE u.profileId = p.id AND u.placedAt IS NOT NULL AND u.id IS NOT NULL
        }
        SET p:Buyer
        WITH p
        MATCH (survivor:Profile {id: p.mergedInto})
        SET survivor:Buyer
    }
"""

# People who bought before there was the label, 5,000 at a time in the order of their ids. Answers with the last id of a
# page that was full.
MARK_PAGE_OF_BUYERS: Final = Statement(
    "mark_page_of_buyers",
    """
    MATCH (p:Profile)
    USING INDEX p:Profile(id)
    WHERE p.id > $after
    WITH p ORDER BY p.id LIMIT 5000
    """
    + _MARK
    + "RETURN CASE count(p) WHEN 5000 THEN max(p.id) END",
    _PAGE_TIMEOUT_MS,
)

# As above, all in one transaction: for the small graphs that tests write by themselves.
MARK_ALL_BUYERS: Final = Statement(
    "mark_all_buyers", "MATCH (p:Profile) WITH p" + _MARK + "RETURN count(p)", _PAGE_TIMEOUT_MS
)
