from __future__ import annotations

from typing import Final

from graph.statement import Statement

# An id that was merged away follows to its survivor, and is answered under the id that was asked for. Who was erased
# has a last revision, and a job has revisions, too. The hints are for a graph that was small when it was last counted,
# where the planner was seen to read all people of it.
CHANGED_REVISIONS: Final = Statement(
    "changed_revisions",
    """
    UNWIND $seen AS pair
    CALL (pair) {
        MATCH (member:Profile {id: pair[0]})
        USING INDEX SEEK member:Profile(id)
        MATCH (p:Profile {id: coalesce(member.mergedInto, member.id)})
        USING INDEX SEEK p:Profile(id)
        RETURN p.revision AS revision
        UNION ALL
        MATCH (t:ErasedProfile {id: pair[0]})
        USING INDEX SEEK t:ErasedProfile(id)
        RETURN t.revision AS revision
        UNION ALL
        MATCH (j:Job {id: pair[0]})
        USING INDEX SEEK j:Job(id)
        RETURN j.revision AS revision
    }
    WITH pair, revision WHERE revision > pair[1]
    RETURN collect([pair[0], revision])
    """,
)

# Under whom it was written: a merge is followed by the revision check, and a split gives it back.
PERSON_OF_MESSAGE: Final = Statement("person_of_message", "MATCH (m:Message {id: $id}) RETURN m.profileId")
