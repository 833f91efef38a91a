"""How one node leads to another: Cypher that binds `{x}` from `{v}`, or a list's `{v}` from its parent `{p}`."""

from __future__ import annotations

# Whose history is this person's. Only who survived a merge has a list, so that reading it costs the others nothing.
MEMBERS = "coalesce({v}.memberIds, [{v}.id])"

# Every link to a person ends at the survivor of their merges.
# An OPTIONAL MATCH costs nothing where nobody was merged: a seek for null finds nothing at once.
SURVIVOR = "OPTIONAL MATCH ({x}w:Profile {id: {x}o.mergedInto}) RETURN coalesce({x}w, {x}o) AS {x} LIMIT 1"
SURVIVOR_ROOT = "OPTIONAL MATCH ({x}w:Profile {id: {x}o.mergedInto}) WITH *, coalesce({x}w, {x}o) AS {x}"
SURVIVORS = "OPTIONAL MATCH ({v}w:Profile {id: {v}o.mergedInto}) WITH DISTINCT coalesce({v}w, {v}o) AS {v}"

# Along the edge it costs half of what it costs by the id (measured); messages and consent records have no such edge.
PERSON_BY = "MATCH ({v})-[:BY]->({x}o) " + SURVIVOR
PERSON_BY_ID = "MATCH ({x}o:Profile {id: {v}.profileId}) " + SURVIVOR
# One that was archived, or absorbed by a merge, is still told about by its id and by messages.
PERSON_OF_SUBSCRIPTION = "MATCH ({v})<-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]-({x}o) " + SURVIVOR
OTHER_OF_RELATION = "MATCH ({v})-[:TO]->({x}o) " + SURVIVOR
PERSON_OF_MERGE = "MATCH ({v})-[:INTO]->({x}o) " + SURVIVOR
PERSON_MERGED = "MATCH ({v})-[:FROM]->({x}o) " + SURVIVOR

ADDRESS_OF_SUBSCRIPTION = "MATCH ({v})-[:AT]->({x}) RETURN {x} LIMIT 1"
# Of a subscription, an opt-out or a suppression.
RESOURCE_OF = "MATCH ({v})-[:OF]->({x}) RETURN {x} LIMIT 1"
RESOURCE_OF_CATEGORY = "MATCH ({v})<-[:OFFERS]-({x}) RETURN {x} LIMIT 1"
SUBSCRIPTION_OF_MESSAGE = "MATCH ({v})-[:TO]->({x}) RETURN {x} LIMIT 1"
RESOURCE_OF_MESSAGE = "MATCH ({v})-[:TO]->()-[:OF]->({x}) RETURN {x} LIMIT 1"
ADDRESS_OF_MESSAGE = "MATCH ({v})-[:TO]->()-[:AT]->({x}) RETURN {x} LIMIT 1"
OUTREACH_OF_MESSAGE = "MATCH ({v})-[:PART_OF]->({x}) RETURN {x} LIMIT 1"
# A profile keeps an attribute's value, and when it last changed, in properties that are named after its key.
_VALUE = "{owner}['attr_' + {x}.key] AS {x}a, {owner}['at_attr_' + {x}.key] AS {x}t"
ATTRIBUTE_OF_PERSON = (
    "MATCH ({x}:AttributeDefinition {key: {value}}) WITH {x}, "
    + _VALUE.replace("{owner}", "{v}")
    + " WHERE {x}a IS NOT NULL RETURN {x}, {x}a, {x}t LIMIT 1"
)
ATTRIBUTES_OF_PERSON = (
    "UNWIND [{v}m IN keys({p}) WHERE {v}m STARTS WITH 'attr_'] AS {v}n "
    "MATCH ({v}:AttributeDefinition {key: substring({v}n, 5)}) "
    "WITH {v}, " + _VALUE.replace("{owner}", "{p}").replace("{x}", "{v}")
)

LATEST_VERSION = "MATCH ({v})-[:LATEST]->({x}) RETURN {x} LIMIT 1"
MESSAGE_OF_EVENT = "MATCH ({v})-[:CAUSED_BY]->({x}) RETURN {x} LIMIT 1"
# What is about a profile or an identifier has no subscription.
SUBSCRIPTION_OF_RECORD = "MATCH ({v})-[:ABOUT]->({x}:Subscription) RETURN {x} LIMIT 1"
CATEGORY_OF_RECORD = "MATCH ({x}:Category {id: {v}.categoryId}) RETURN {x} LIMIT 1"
# By the two keys that stop it for everybody; of the address before of its domain. One that is over stops nobody.
SUPPRESSION_OF_IDENTIFIER = (
    "MATCH ({x}:Suppression) WHERE {x}.key IN [{v}.id + '::', {v}.domain + '::'] "
    "AND ({x}.until IS NULL OR {x}.until.epochMillis > {now}) RETURN {x} ORDER BY {x}.kind LIMIT 1"
)
