from __future__ import annotations

from typing import Final, LiteralString

from graph.statement import Statement
from graph.statements.template_past import PAST

_VERSION: Final[LiteralString] = """
    CREATE (v:TemplateVersion {id: $versionId, templateId: t.id, version: t.version, required: $required,
        past: $past, createdAt: datetime({epochMillis: $now})})
    SET v += $content
    CREATE (v)-[:OF]->(t)
    CREATE (t)-[:LATEST]->(v)
    RETURN [t.id, t.version]
    """

CREATE_TEMPLATE: Final = Statement(
    "create_template",
    """
    CREATE (t:Template {id: $id, key: $key, title: $title, version: 1, channels: $channels,
        createdAt: datetime({epochMillis: $now}), updatedAt: datetime({epochMillis: $now})})
    WITH t
    """
    + _VERSION,
)

# Whoever changes it waits here for whoever is changing it.
LOCK_TEMPLATE: Final = Statement(
    "lock_template",
    """
    MATCH (t:Template {id: $id})
    SET t.lock = 1
    WITH t
    RETURN [t.version, t.archivedAt IS NOT NULL]
    """,
)

ADD_VERSION: Final = Statement(
    "add_template_version",
    """
    MATCH (t:Template {id: $id})
    CALL (t) { MATCH (t)-[latest:LATEST]->() DELETE latest }
    SET t.version = t.version + 1, t.channels = $channels, t.updatedAt = datetime({epochMillis: $now})
    WITH t
    """
    + _VERSION,
)

SET_TITLE: Final = Statement(
    "set_template_title",
    """
    MATCH (t:Template {id: $id})
    SET t.title = $title, t.updatedAt = datetime({epochMillis: $now})
    RETURN t.id
    """,
)

ARCHIVE_TEMPLATE: Final = Statement(
    "archive_template",
    """
    MATCH (t:Template {id: $id})
    SET t.archivedAt = coalesce(t.archivedAt, datetime({epochMillis: $now}))
    RETURN t.id
    """,
)

LATEST_VERSION: Final = Statement(
    "latest_template_version",
    """
    MATCH (t:Template {id: $id})-[:LATEST]->(v)
    RETURN [v.id, t.channels, v.required, t.archivedAt IS NOT NULL]
    """,
)

_TEXTS: Final[LiteralString] = """.emailSubject, .emailText, .emailHtml, .smsText, .pushTitle, .pushBody, .pushUrl,
        .pushIcon, .messengerText, .webhook, .whatsapp"""

LATEST_CONTENT: Final = Statement(
    "latest_template_content",
    f"MATCH (:Template {{id: $id}})-[:LATEST]->(v) RETURN v {{.required, .past, {_TEXTS}}}",
)

VERSIONS: Final = Statement(
    "template_versions",
    f"UNWIND $ids AS id MATCH (v:TemplateVersion {{id: id}}) RETURN collect(v {{.id, .required, .past, {_TEXTS}}})",
)

# An attribute is whatever was defined; what it is kept as says its type.
_PERSON: Final[LiteralString] = """
    CALL (p) {
        UNWIND [name IN keys(p) WHERE name STARTS WITH 'attr_'] AS name
        MATCH (d:AttributeDefinition {key: substring(name, 5)})
        WITH d, p[name] AS value
        RETURN collect([d.key, d.type, CASE d.type WHEN 'DATE' THEN toString(value)
            WHEN 'DATETIME' THEN value.epochMillis ELSE value END]) AS attributes
    }
    """
_FACTS: Final[LiteralString] = """
    attributes: attributes, profile: {firstName: p.firstName, lastName: p.lastName, birthDate: toString(p.birthDate),
        sex: p.sex, locale: p.locale, timezone: p.timezone, country: p.country, city: p.city,
        createdAt: p.createdAt.epochMillis}, viewedProducts: viewedProducts, lastPurchase: lastPurchase
    """

# Whose the subscription is today decides, as it does when the message is claimed.
FACTS_OF_MESSAGES: Final = Statement(
    "template_facts_of_messages",
    """
    UNWIND $messages AS asked
    MATCH (m:Message {id: asked.id})-[:TO]->(:Subscription)-[:ABSORBED_BY*0..]->(s)
    WHERE NOT EXISTS { (s)-[:ABSORBED_BY]->() }
    OPTIONAL MATCH (s)-[:OF]->(r:Resource)
    OPTIONAL MATCH (owner:Profile)-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s)
    OPTIONAL MATCH (member:Profile {id: coalesce(owner.id, m.profileId)})
    OPTIONAL MATCH (survivor:Profile {id: member.mergedInto})
    WITH m, r, coalesce(survivor, member) AS p, asked.wanted AS wanted
    """
    + _PERSON
    + PAST
    + """
    RETURN collect({id: m.id, data: m.data, resource: {key: r.key, title: r.title},
    """
    + _FACTS
    + "})",
)

FACTS_OF_PERSON: Final = Statement(
    "template_facts_of_person",
    """
    MATCH (p:Profile {id: $profileId})
    OPTIONAL MATCH (r:Resource) WHERE r.id = $resourceId
    WITH p, r, $wanted AS wanted
    """
    + _PERSON
    + PAST
    + "RETURN {resource: {key: r.key, title: r.title}, "
    + _FACTS
    + "}",
)
