from __future__ import annotations

from typing import Final

from graph.statement import Statement

# What stands against a pair of a resource and a channel: what was lifted for it before does not.
STANDING: Final = Statement(
    "standing_opt_outs",
    """
    UNWIND $keys AS key
    MATCH (o:OptOut {key: key})
    WHERE NOT $resourceId IN coalesce(o.liftedForResources, [])
        AND NOT $channel IN coalesce(o.liftedForChannels, [])
    RETURN collect([o.key, o.since.epochMillis])
    """,
)

# Said again it stands from now on, and against all of them again where it was lifted for some.
OPT_OUT: Final = Statement(
    "opt_out",
    """
    MATCH (p:Profile {id: $profileId})
    MERGE (o:OptOut {key: $key})
    ON CREATE SET o.id = $id, o.resourceId = $resourceId, o.channel = $channel,
        o.since = datetime({epochMillis: $now})
    WITH p, o, o.id = $id AS isNew, o.liftedForResources IS NOT NULL OR o.liftedForChannels IS NOT NULL
        OR o.since <= datetime({epochMillis: $again}) AS isAgain
    SET o.since = CASE WHEN isAgain THEN datetime({epochMillis: $now}) ELSE o.since END
    REMOVE o.liftedForResources, o.liftedForChannels
    FOREACH (_ IN CASE WHEN isNew OR isAgain THEN [1] ELSE [] END |
        SET o.actor = $said.actor, o.reason = $said.reason, o.evidenceIp = $said.evidenceIp,
            o.evidenceUrl = $said.evidenceUrl, o.evidenceSource = $said.evidenceSource,
            o.evidenceWording = $said.evidenceWording, o.evidenceAt = CASE WHEN $said.evidenceAt IS NULL THEN null
                ELSE datetime({epochMillis: $said.evidenceAt}) END)
    MERGE (p)-[:OPTED_OUT]->(o)
    WITH o, isNew, isAgain
    OPTIONAL MATCH (r:Resource {id: $resourceId})
    FOREACH (_ IN CASE WHEN isNew AND r IS NOT NULL THEN [1] ELSE [] END | CREATE (o)-[:OF]->(r))
    RETURN isNew OR isAgain
    """,
)

# An opt-out of a resource is lifted for a channel there, one of a channel for a resource: for that pair only.
LIFT: Final = Statement(
    "lift_opt_outs",
    """
    UNWIND $keys AS key
    MATCH (o:OptOut {key: key})
    SET o.liftedForChannels = CASE WHEN o.resourceId IS NULL THEN null
            ELSE coalesce(o.liftedForChannels, []) + $channel END,
        o.liftedForResources = CASE WHEN o.channel IS NULL THEN null
            ELSE coalesce(o.liftedForResources, []) + $resourceId END
    RETURN count(o)
    """,
)
