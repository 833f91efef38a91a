"""People in one status each, and what a change of one of them changed in the whole graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.connection import Graph
from graph.instants import text_from_ms
from graph.statement import Statement

NOW = 1_790_000_000_000

# Of each person: two addresses and a phone at the shop, one of the addresses at the club too, and one that was
# archived. A neighbour shares the address.
SEED = Statement(
    "seed_leaving",
    """
    CREATE (shop:Resource {id: 'res_shop', key: 'shop', title: 'Shop', channels: ['EMAIL', 'SMS']})
    CREATE (club:Resource {id: 'res_club', key: 'club', title: 'Club', channels: ['EMAIL']})
    CREATE (news:Category {id: 'cat_news', key: 'news', scopedKey: 'res_shop:news', mandatory: false, active: true,
        joinedByDefault: true})
    CREATE (law:Category {id: 'cat_law', key: 'law', scopedKey: 'res_shop:law', mandatory: true, active: true,
        joinedByDefault: true})
    CREATE (shop)-[:OFFERS]->(news), (shop)-[:OFFERS]->(law)
    WITH shop, club
    UNWIND $statuses AS status
    CREATE (p:Profile {id: 'prf_' + status, status: status, revision: 0, kind: 'LEAD', isIdentified: false})
    CREATE (n:Profile {id: 'prf_neighbour_' + status, status: 'SUBSCRIBED', revision: 0, kind: 'SUBSCRIBER',
        isIdentified: false})
    CREATE (home:Identifier {id: 'idn_home_' + status, key: 'EMAIL::home_' + status, type: 'EMAIL'})
    CREATE (work:Identifier {id: 'idn_work_' + status, key: 'EMAIL::work_' + status, type: 'EMAIL'})
    CREATE (phone:Identifier {id: 'idn_phone_' + status, key: 'PHONE::' + status, type: 'PHONE'})
    CREATE (home)-[:IDENTIFIES]->(p), (work)-[:IDENTIFIES]->(p), (phone)-[:IDENTIFIES]->(p), (home)-[:IDENTIFIES]->(n)
    WITH shop, club, status, p, n, home, work, phone
    UNWIND [['home', p, shop, home, 'EMAIL'], ['work', p, shop, work, 'EMAIL'], ['phone', p, shop, phone, 'SMS'],
        ['club', p, club, home, 'EMAIL'], ['gone', p, shop, home, 'EMAIL'], ['neighbour', n, shop, home, 'EMAIL']]
        AS row
    WITH status, row[0] AS name, row[1] AS owner, row[2] AS resource, row[3] AS address, row[4] AS channel
    CREATE (s:Subscription {id: 'sub_' + name + '_' + status, channel: channel, status: status, priority: 0,
        key: CASE name WHEN 'gone' THEN null ELSE name + status END, createdAt: datetime({epochMillis: 1})})
    CREATE (s)-[:AT]->(address)
    CREATE (s)-[:OF]->(resource)
    FOREACH (_ IN CASE name WHEN 'gone' THEN [] ELSE [1] END | CREATE (owner)-[:HAS_SUBSCRIPTION]->(s))
    FOREACH (_ IN CASE name WHEN 'gone' THEN [1] ELSE [] END | CREATE (owner)-[:HAD_SUBSCRIPTION]->(s)
        SET s.archivedAt = datetime({epochMillis: 2}))
    FOREACH (_ IN CASE name WHEN 'home' THEN [1] ELSE [] END |
        CREATE (:Message {id: 'msg_' + status, profileId: owner.id, state: 'SENT', channel: 'EMAIL'})-[:TO]->(s))
    RETURN count(s)
    """,
    timeout_ms=30_000,
)
_NODES = Statement(
    "all_nodes",
    """
    MATCH (n) WHERE NOT n:SchemaVersion AND NOT n:MigrationLock
    RETURN collect([coalesce(n.subjectId + ' ' + n.seq, n.key, n.id), [name IN keys(n) |
        [name, coalesce(toStringOrNull(n[name]), toString(size(n[name])))]]])
    """,
)
_EDGES = Statement(
    "all_edges",
    """
    MATCH (a)-[r]->(b)
    RETURN collect([coalesce(a.subjectId + ' ' + a.seq, a.key, a.id) + ' ' + type(r) + ' ' + b.id,
        [name IN keys(r) | [name, toString(r[name])]]])
    """,
)
# What every change of a person renews, and random ids.
_ALWAYS = frozenset({"revision", "updatedAt", "kind", "id"})

# As the graph writes it out.
NOW_TEXT = text_from_ms(NOW).replace(".000Z", "Z")

Contents = dict[str, dict[str, Any]]


async def contents(graph: Graph) -> Contents:
    """Everything in the graph by a name of its own."""
    rows = [*await graph.read(_NODES), *await graph.read(_EDGES)]
    return {name: {key: value for key, value in found if key not in _ALWAYS} for name, found in rows}


def changed(before: Mapping[str, dict[str, Any]], after: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """What is new, by name, and of what was there the properties that are other than before."""
    assert set(before) <= set(after)
    found: dict[str, Any] = {}
    for name, now in after.items():
        was = before.get(name)
        if was is None:
            found[name] = "new"
        elif was != now:
            found[name] = {key: now.get(key) for key in {*was, *now} if was.get(key) != now.get(key)}
    return found
