"""People as tests write them down and read them back, by statements of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

from graph.connection import Graph
from graph.exporting.export import export_document
from graph.people.reference import ProfileReference
from graph.statement import Statement

# Beside many others a server plans even a short statement in seconds; that is not what these tests are about.
_TIMEOUT_MS = 60_000


def patient(name: str, text: LiteralString) -> Statement:
    """A test's own statement."""
    return Statement(name, text, _TIMEOUT_MS)


_MOST_ENTRIES = 10_000
SUBSCRIPTION_KEY = "{}:{}:EMAIL:{}"

_WRITE = Statement(
    "write_people",
    """
    CALL () {
        UNWIND $people AS row
        CREATE (p:Profile {id: row.id, revision: row.revision, status: row.status, kind: 'ANONYMOUS',
            isIdentified: false, isTest: false, createdAt: datetime({epochMillis: row.createdAt}),
            firstSeenAt: datetime({epochMillis: row.createdAt})})
        SET p += row.plain
        FOREACH (each IN row.dates | SET p[each[0]] = date(each[1]))
        FOREACH (each IN row.instants | SET p[each[0]] = datetime({epochMillis: each[1]}))
        RETURN count(*) AS people
    }
    CALL () {
        UNWIND $identifiers AS row
        MATCH (p:Profile {id: row.profileId})
        MERGE (i:Identifier {key: row.key})
        ON CREATE SET i.id = row.id, i.type = row.type, i.namespace = row.namespace, i.value = row.key, i.masked = '*'
        CREATE (i)-[:IDENTIFIES {since: datetime({epochMillis: row.since}), source: 'test', evidence: row.evidence,
            verifiedAt: CASE WHEN row.verifiedAt IS NOT NULL THEN datetime({epochMillis: row.verifiedAt}) END}]->(p)
        RETURN count(*) AS identifiers
    }
    CALL () {
        UNWIND $subscriptions AS row
        MATCH (p:Profile {id: row.profileId})
        MATCH (i:Identifier {id: row.identifierId})
        MATCH (r:Resource {id: row.resourceId})
        CREATE (s:Subscription {id: row.id, key: row.key, channel: row.channel, status: row.status,
            priority: row.priority, createdAt: datetime({epochMillis: 1000}),
            suspendedUntil: CASE WHEN row.suspendedUntil IS NOT NULL
                THEN datetime({epochMillis: row.suspendedUntil}) END,
            consentExpiresAt: CASE WHEN row.expiresAt IS NOT NULL THEN datetime({epochMillis: row.expiresAt}) END,
            optInAt: CASE WHEN row.optInAt IS NOT NULL THEN datetime({epochMillis: row.optInAt}) END,
            optInSource: CASE WHEN row.optInAt IS NOT NULL THEN 'form' END,
            archivedAt: CASE WHEN row.isArchived THEN datetime({epochMillis: row.archivedAt}) END})
        CREATE (s)-[:AT]->(i)
        CREATE (s)-[:OF]->(r)
        CREATE (s)<-[:ABOUT]-(:ConsentRecord {id: 'con_' + s.id, scope: 'SUBSCRIPTION', subjectId: s.id, seq: 1,
            profileId: p.id, at: datetime({epochMillis: 1000}), toStatus: s.status, cause: 'subscribe',
            source: 'api', actor: 'test'})
        FOREACH (_ IN CASE WHEN row.isArchived THEN [1] ELSE [] END | CREATE (p)-[:HAD_SUBSCRIPTION]->(s))
        FOREACH (_ IN CASE WHEN row.isArchived THEN [] ELSE [1] END | CREATE (p)-[:HAS_SUBSCRIPTION]->(s))
        WITH s, row
        UNWIND row.categories AS said
        MATCH (k:Category {id: said[0]})
        FOREACH (_ IN CASE WHEN said[1] = 'LEFT' THEN [1] ELSE [] END |
            CREATE (s)-[:LEFT {at: datetime({epochMillis: said[2]})}]->(k))
        FOREACH (_ IN CASE WHEN said[1] = 'JOINED' THEN [1] ELSE [] END |
            CREATE (s)-[:JOINED {at: datetime({epochMillis: said[2]})}]->(k))
        RETURN count(*) AS subscriptions
    }
    CALL () {
        UNWIND $optOuts AS row
        MATCH (p:Profile {id: row.profileId})
        CREATE (p)-[:OPTED_OUT]->(x:OptOut {id: row.id, key: row.profileId + row.subject, resourceId: row.resourceId,
            channel: row.channel, since: datetime({epochMillis: row.since})})
        WITH x, row
        MATCH (r:Resource {id: row.resourceId})
        CREATE (x)-[:OF]->(r)
        RETURN count(*) AS optOuts
    }
    CALL () {
        UNWIND $relations AS row
        MATCH (a:Profile {id: row.from})
        MATCH (b:Profile {id: row.to})
        CREATE (a)-[:RELATES]->(:Relation {id: row.id, key: row.from + ':' + row.type + ':' + row.to, type: row.type,
            properties: '{}', since: datetime({epochMillis: 1000})})-[:TO]->(b)
        RETURN count(*) AS relations
    }
    RETURN people
    """,
    timeout_ms=_TIMEOUT_MS,
)

_RESOURCES = patient(
    "write_resources",
    """
    UNWIND $ids AS id
    CREATE (r:Resource {id: id, key: id, title: id, channels: ['EMAIL']})
    CREATE (r)-[:OFFERS]->(:Category {id: 'cat_' + id + '_a', key: 'a', scopedKey: id + ':a', title: 'A',
        mandatory: false, joinedByDefault: true, active: true})
    CREATE (r)-[:OFFERS]->(:Category {id: 'cat_' + id + '_b', key: 'b', scopedKey: id + ':b', title: 'B',
        mandatory: false, joinedByDefault: false, active: true})
    RETURN count(*)
    """,
)


@dataclass(slots=True)
class People:
    """Rows of people to be written, gathered one by one."""

    people: list[dict[str, Any]] = field(default_factory=list)
    identifiers: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: list[dict[str, Any]] = field(default_factory=list)
    opt_outs: list[dict[str, Any]] = field(default_factory=list)
    relations: list[dict[str, Any]] = field(default_factory=list)

    def person(
        self,
        profile_id: str,
        *,
        status: str = "SUBSCRIBED",
        revision: int = 1,
        created_at: int = 1_000,
        plain: dict[str, Any] | None = None,
        dates: Sequence[tuple[str, str]] = (),
        instants: Sequence[tuple[str, int]] = (),
    ) -> None:
        self.people.append(
            {
                "id": profile_id,
                "status": status,
                "revision": revision,
                "createdAt": created_at,
                "plain": plain or {},
                "dates": [list(each) for each in dates],
                "instants": [list(each) for each in instants],
            }
        )

    def identifier(
        self,
        profile_id: str,
        name: str,
        kind: str = "EMAIL",
        *,
        namespace: str = "",
        verified_at: int | None = None,
        since: int = 1_000,
    ) -> str:
        """The same name is the same identifier; its id is answered."""
        self.identifiers.append(
            {
                "profileId": profile_id,
                "id": f"idn_{name}",
                "key": f"{kind}:{namespace}:{name}",
                "type": kind,
                "namespace": namespace,
                "since": since,
                "evidence": f"said by {profile_id}",
                "verifiedAt": verified_at,
            }
        )
        return f"idn_{name}"

    def subscription(
        self,
        profile_id: str,
        identifier_id: str,
        resource_id: str = "res_shop",
        *,
        status: str = "SUBSCRIBED",
        priority: int = 0,
        suspended_until: int | None = None,
        expires_at: int | None = None,
        opt_in_at: int | None = None,
        is_archived: bool = False,
        archived_at: int = 2_000,
        categories: Sequence[tuple[str, str, int]] = (),
    ) -> str:
        subscription_id = f"sub_{profile_id}_{resource_id}_{identifier_id}{'_archived' if is_archived else ''}"
        key = SUBSCRIPTION_KEY.format(profile_id, resource_id, identifier_id)
        self.subscriptions.append(
            {
                "profileId": profile_id,
                "id": subscription_id,
                "key": None if is_archived else key,
                "identifierId": identifier_id,
                "resourceId": resource_id,
                "channel": "EMAIL",
                "status": status,
                "priority": priority,
                "suspendedUntil": suspended_until,
                "expiresAt": expires_at,
                "optInAt": opt_in_at,
                "isArchived": is_archived,
                "archivedAt": archived_at,
                "categories": [list(each) for each in categories],
            }
        )
        return subscription_id

    def opt_out(
        self, profile_id: str, *, resource_id: str | None = None, channel: str | None = None, since: int = 1_000
    ) -> str:
        subject = f":resource:{resource_id}" if resource_id else f":channel:{channel}"
        opt_out_id = f"opt_{profile_id}{subject}"
        self.opt_outs.append(
            {
                "profileId": profile_id,
                "id": opt_out_id,
                "subject": subject,
                "resourceId": resource_id,
                "channel": channel,
                "since": since,
            }
        )
        return opt_out_id

    def relation(self, from_id: str, to_id: str, kind: str = "family") -> str:
        relation_id = f"rel_{from_id}_{kind}_{to_id}"
        self.relations.append({"id": relation_id, "from": from_id, "to": to_id, "type": kind})
        return relation_id

    async def write(self, graph: Graph) -> None:
        await graph.change(
            _WRITE,
            people=self.people,
            identifiers=self.identifiers,
            subscriptions=self.subscriptions,
            optOuts=self.opt_outs,
            relations=self.relations,
        )


async def write_resources(graph: Graph, *ids: str) -> None:
    """Each with two categories: `_a` is joined by default, `_b` is not."""
    await graph.change(_RESOURCES, ids=list(ids))


async def exported(graph: Graph, profile_id: str) -> str:
    """The product's own export as text, without what a merge and its split may leave behind."""
    document = await export_document(graph, ProfileReference(id=profile_id), _MOST_ENTRIES)
    for person in (document["profile"], *document["mergedProfiles"]):
        del person["revision"], person["updatedAt"]
    for subscription in document["subscriptions"]:
        subscription.pop("updatedAt", None)
    del document["merges"]
    document["consent"] = [each for each in document["consent"] if each["cause"] not in ("merge", "split")]
    return json.dumps(document, indent=1)
