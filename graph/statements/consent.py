from __future__ import annotations

from typing import Final, LiteralString

from graph.statement import Statement


def new_record(row: LiteralString, seq: LiteralString) -> LiteralString:
    """The node of a record with the values of this map; whoever creates it hangs it on its subject."""
    return f"""(:ConsentRecord {{id: {row}.id, scope: {row}.scope, subjectId: {row}.subjectId, seq: {seq},
        profileId: {row}.profileId, categoryId: {row}.categoryId, at: datetime({{epochMillis: {row}.at}}),
        fromStatus: {row}.fromStatus, toStatus: {row}.toStatus, cause: {row}.cause, source: {row}.source,
        reason: {row}.reason, actor: {row}.actor, evidenceIp: {row}.evidenceIp, evidenceUrl: {row}.evidenceUrl,
        evidenceSource: {row}.evidenceSource, evidenceWording: {row}.evidenceWording,
        evidenceAt: CASE WHEN {row}.evidenceAt IS NULL THEN null
            ELSE datetime({{epochMillis: {row}.evidenceAt}}) END}})"""


def _record_of(name: LiteralString, label: LiteralString) -> Statement:
    """Row by row, because a subject may occur twice and the second record counts on from the first.

    The subject's lock is held by the caller, so the next number cannot be taken by somebody else. Earlier records are
    found from the subject: by their properties alone every record of every subject was read (seen).
    """
    text: LiteralString = f"""
    UNWIND $rows AS row
    CALL (row) {{
        MATCH (subject:{label} {{id: row.nodeId}})
        OPTIONAL MATCH (subject)<-[:ABOUT]-(earlier:ConsentRecord) WHERE earlier.subjectId = row.subjectId
        WITH subject, coalesce(max(earlier.seq), 0) + 1 AS seq
        CREATE {new_record("row", "seq")}-[:ABOUT]->(subject)
        RETURN seq
    }}
    RETURN collect(seq)
    """
    return Statement(name, text)


RECORD_OF_PROFILES: Final = _record_of("record_consent_of_profiles", "Profile")
RECORD_OF_SUBSCRIPTIONS: Final = _record_of("record_consent_of_subscriptions", "Subscription")
RECORD_OF_IDENTIFIERS: Final = _record_of("record_consent_of_identifiers", "Identifier")
