"""How one node leads to another: Cypher that binds `{x}` from `{v}`, or a list's `{v}` from its parent `{p}`."""

from __future__ import annotations

# Whose history is this person's. Only who survived a merge has a list, so that reading it costs the others nothing.
MEMBERS = "coalesce({v}.memberIds, [{v}.id])"

# Every link to a person ends at the survivor of their merges.
# An OPTIONAL MATCH costs nothing where nobody was merged: a seek for null finds nothing at once.
SURVIVOR = "OPTIONAL MATCH ({x}w:Profile {id: {x}o.mergedInto}) RETURN coalesce({x}w, {x}o) AS {x} LIMIT 1"
SURVIVOR_ROOT = "OPTIONAL MATCH ({x}w:Profile {id: {x}o.mergedInto}) WITH *, coalesce({x}w, {x}o) AS {x}"
SURVIVORS = "OPTIONAL MATCH ({v}w:Profile {id: {v}o.mergedInto}) WITH DISTINCT coalesce({v}w, {v}o) AS {v}"

# Along the edge it costs half of what it costs by the id (measured); a message has no such edge.
PERSON_BY = "MATCH ({v})-[:BY]->({x}o) " + SURVIVOR
PERSON_OF_MESSAGE = "MATCH ({x}o:Profile {id: {v}.profileId}) " + SURVIVOR
PERSON_OF_MERGE = "MATCH ({v})-[:INTO]->({x}o) " + SURVIVOR
PERSON_MERGED = "MATCH ({v})-[:FROM]->({x}o) " + SURVIVOR
PERSON_OF_SUBSCRIPTION = "MATCH ({v})<-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]-({x}o) " + SURVIVOR

ADDRESS_OF_SUBSCRIPTION = "MATCH ({v})-[:AT]->({x}) RETURN {x} LIMIT 1"
RESOURCE_OF_SUBSCRIPTION = "MATCH ({v})-[:OF]->({x}) RETURN {x} LIMIT 1"
RESOURCE_OF_CATEGORY = "MATCH ({v})<-[:OFFERS]-({x}) RETURN {x} LIMIT 1"
SUBSCRIPTION_OF_MESSAGE = "MATCH ({v})-[:TO]->({x}) RETURN {x} LIMIT 1"
RESOURCE_OF_MESSAGE = "MATCH ({v})-[:TO]->()-[:OF]->({x}) RETURN {x} LIMIT 1"
ADDRESS_OF_MESSAGE = "MATCH ({v})-[:TO]->()-[:AT]->({x}) RETURN {x} LIMIT 1"
OUTREACH_OF_MESSAGE = "MATCH ({v})-[:PART_OF]->({x}) RETURN {x} LIMIT 1"
MESSAGE_OF_EVENT = "MATCH ({v})-[:CAUSED_BY]->({x}) RETURN {x} LIMIT 1"
