"""Everything that the graph holds of one person, property by property: what is added to a node is exported with it."""

from __future__ import annotations

from typing import Final, LiteralString

from graph.statement import WRITE_TIMEOUT_MS, Statement


def _properties(variable: LiteralString) -> LiteralString:
    """Pairs of name and value. Times cross as epoch ms, marked as such, and days as text."""
    return (
        f"[key IN keys({variable}) | [key, CASE "
        f"WHEN {variable}[key] IS :: ZONED DATETIME THEN {{ms: {variable}[key].epochMillis}} "
        f"WHEN {variable}[key] IS :: DATE THEN toString({variable}[key]) ELSE {variable}[key] END]]"
    )


def _statement(name: LiteralString, text: LiteralString) -> Statement:
    return Statement(name, text, WRITE_TIMEOUT_MS)


PEOPLE: Final = _statement(
    "export_people",
    f"UNWIND $ids AS id MATCH (p:Profile {{id: id}}) RETURN collect({_properties('p')})",
)

IDENTIFIERS: Final = _statement(
    "export_identifiers",
    f"""
    UNWIND $ids AS id
    MATCH (p:Profile {{id: id}})<-[edge:IDENTIFIES]-(i:Identifier)
    WITH edge, i ORDER BY i.id
    RETURN collect([{_properties("i")}, {_properties("edge")}])
    """,
)

SUPPRESSIONS: Final = _statement(
    "export_suppressions",
    f"""
    UNWIND $ids AS id
    MATCH (p:Profile {{id: id}})<-[:IDENTIFIES]-(i:Identifier)<-[:STOPS]-(x:Suppression)
    WITH DISTINCT i, x ORDER BY x.id
    RETURN collect([{_properties("x")}, i.id])
    """,
)

SUBSCRIPTIONS: Final = _statement(
    "export_subscriptions",
    f"""
    UNWIND $ids AS id
    MATCH (p:Profile {{id: id}})-[has:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s)
    WITH DISTINCT p, has, s ORDER BY s.id
    RETURN collect([{_properties("s")}, p.id, type(has) = 'HAS_SUBSCRIPTION',
        head(COLLECT {{ MATCH (s)-[:OF]->(r) RETURN r.key LIMIT 1 }}),
        head(COLLECT {{ MATCH (s)-[:AT]->(i) RETURN i.id LIMIT 1 }}),
        COLLECT {{ MATCH (s)-[said:LEFT|JOINED]->(c)
                   RETURN [c.key, type(said) = 'JOINED', {{ms: said.at.epochMillis}}] ORDER BY c.key }}])
    """,
)

OPT_OUTS: Final = _statement(
    "export_opt_outs",
    f"""
    UNWIND $ids AS id
    MATCH (p:Profile {{id: id}})-[:OPTED_OUT]->(x)
    WITH x ORDER BY x.id
    RETURN collect({_properties("x")})
    """,
)

# What the person said of others, and what others said of the person: both are about them.
RELATIONS: Final = _statement(
    "export_relations",
    f"""
    UNWIND $ids AS id
    MATCH (p:Profile {{id: id}})
    CALL (p) {{
        MATCH (p)-[:RELATES]->(x:Relation) RETURN x
        UNION
        MATCH (p)<-[:TO]-(x:Relation) RETURN x
    }}
    WITH DISTINCT x ORDER BY x.id
    RETURN collect([{_properties("x")}, head(COLLECT {{ MATCH (x)<-[:RELATES]-(q) RETURN q.id }}),
        head(COLLECT {{ MATCH (x)-[:TO]->(q) RETURN q.id }})])
    """,
)

MERGES: Final = _statement(
    "export_merges",
    f"""
    UNWIND $ids AS id
    MATCH (p:Profile {{id: id}})<-[:FROM|INTO]-(x:Merge)
    WITH DISTINCT x ORDER BY x.id
    RETURN collect([{_properties("x")}, head(COLLECT {{ MATCH (x)-[:FROM]->(q) RETURN q.id }}),
        head(COLLECT {{ MATCH (x)-[:INTO]->(q) RETURN q.id }})])
    """,
)

LEDGER: Final = _statement(
    "export_ledger",
    f"""
    UNWIND $ids AS id
    MATCH (p:Profile {{id: id}})
    CALL (p) {{
        MATCH (p)<-[:ABOUT]-(c:ConsentRecord) RETURN c
        UNION
        MATCH (p)-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->()<-[:ABOUT]-(c:ConsentRecord) RETURN c
    }}
    WITH DISTINCT c ORDER BY c.at, c.subjectId, c.seq
    RETURN collect({_properties("c")})
    """,
)


def _page(label: LiteralString, time: LiteralString, below: LiteralString = "null") -> Statement:
    """A page of a history, oldest first, after the place ($at, $after)."""
    entry: LiteralString = f"n.profileId = $id AND n.{time}"
    order: LiteralString = f"RETURN n ORDER BY n.profileId, n.{time}, n.id LIMIT $limit"
    return _statement(
        f"export_{label}",
        f"""
        CALL () {{
            MATCH (n:{label}) WHERE {entry} = datetime({{epochMillis: $at}}) AND n.id > $after {order}
            UNION ALL
            MATCH (n:{label}) WHERE {entry} > datetime({{epochMillis: $at}}) AND n.id IS NOT NULL {order}
        }}
        WITH n ORDER BY n.{time}, n.id LIMIT $limit
        RETURN collect([n.{time}.epochMillis, n.id, {_properties("n")}, {below}])
        """,
    )


EVENTS: Final = _page(
    "Event", "occurredAt", "COLLECT { MATCH (n)-[:ABOUT]->(x) RETURN [x.source, x.sku] ORDER BY x.id }"
)
PURCHASES: Final = _page(
    "Purchase",
    "placedAt",
    "COLLECT { MATCH (n)-[line:CONTAINS]->(x) RETURN "
    "[line.position, x.source, x.sku, line.quantity, line.unitPriceMicros, line.totalMicros, line.status] "
    "ORDER BY line.position }",
)
MESSAGES: Final = _page(
    "Message",
    "createdAt",
    f"COLLECT {{ MATCH (n)<-[:OF]-(x) RETURN [labels(x)[0], {_properties('x')}] ORDER BY x.id }}",
)
