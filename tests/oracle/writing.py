"""Puts the test world into a real graph, as plain statements do: none of the product's own writing is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, LiteralString

from graph.connection import Graph
from graph.statement import Statement
from graph.statements.buyers import MARK_ALL_BUYERS
from graph.statements.purchase_lines import LIST_ALL_UNDER_PRODUCTS
from tests.oracle import words
from tests.oracle.scalars import instant_value, micros
from tests.oracle.world import (
    ChannelSubscription,
    Identifier,
    JobReject,
    JobRejectError,
    Line,
    OptOut,
    Person,
    TemplateVersion,
    Thing,
    World,
)

_TIMEOUT_MS = 60_000
_BATCH = 200

_EDGES: Mapping[str, LiteralString] = {
    "IDENTIFIES": "MATCH (a:Identifier {id: row.a}), (b:Profile {id: row.b}) CREATE (a)-[:IDENTIFIES]->(b)",
    "MERGED_INTO": "MATCH (a:Profile {id: row.a}), (b:Profile {id: row.b}) CREATE (a)-[:MERGED_INTO]->(b)",
    "RELATES": "MATCH (a:Profile {id: row.a}), (b:Relation {id: row.b}) CREATE (a)-[:RELATES]->(b)",
    "TO_PERSON": "MATCH (a:Relation {id: row.a}), (b:Profile {id: row.b}) CREATE (a)-[:TO]->(b)",
    "OFFERS": "MATCH (a:Resource {id: row.a}), (b:Category {id: row.b}) CREATE (a)-[:OFFERS]->(b)",
    "HAS_SUBSCRIPTION": (
        "MATCH (a:Profile {id: row.a}), (b:Subscription {id: row.b}) CREATE (a)-[:HAS_SUBSCRIPTION]->(b)"
    ),
    "AT": "MATCH (a:Subscription {id: row.a}), (b:Identifier {id: row.b}) CREATE (a)-[:AT]->(b)",
    "OF": "MATCH (a:Subscription {id: row.a}), (b:Resource {id: row.b}) CREATE (a)-[:OF]->(b)",
    "JOINED": (
        "MATCH (a:Subscription {id: row.a}), (b:Category {id: row.b}) "
        "CREATE (a)-[:JOINED {at: datetime({epochMillis: row.at})}]->(b)"
    ),
    "LEFT": (
        "MATCH (a:Subscription {id: row.a}), (b:Category {id: row.b}) "
        "CREATE (a)-[:LEFT {at: datetime({epochMillis: row.at})}]->(b)"
    ),
    "OPTED_OUT": "MATCH (a:Profile {id: row.a}), (b:OptOut {id: row.b}) CREATE (a)-[:OPTED_OUT]->(b)",
    "OF_OPT_OUT": "MATCH (a:OptOut {id: row.a}), (b:Resource {id: row.b}) CREATE (a)-[:OF]->(b)",
    "STOPS": "MATCH (a:Suppression {id: row.a}), (b:Identifier {id: row.b}) CREATE (a)-[:STOPS]->(b)",
    "OF_SUPPRESSION": "MATCH (a:Suppression {id: row.a}), (b:Resource {id: row.b}) CREATE (a)-[:OF]->(b)",
    "ABOUT_PROFILE": "MATCH (a:ConsentRecord {id: row.a}), (b:Profile {id: row.b}) CREATE (a)-[:ABOUT]->(b)",
    "ABOUT_SUBSCRIPTION": "MATCH (a:ConsentRecord {id: row.a}), (b:Subscription {id: row.b}) CREATE (a)-[:ABOUT]->(b)",
    "ABOUT_IDENTIFIER": "MATCH (a:ConsentRecord {id: row.a}), (b:Identifier {id: row.b}) CREATE (a)-[:ABOUT]->(b)",
    "BY_EVENT": "MATCH (a:Event {id: row.a}), (b:Profile {id: row.b}) CREATE (a)-[:BY]->(b)",
    "ABOUT": "MATCH (a:Event {id: row.a}), (b:Product {id: row.b}) CREATE (a)-[:ABOUT]->(b)",
    "CAUSED_BY": "MATCH (a:Event {id: row.a}), (b:Message {id: row.b}) CREATE (a)-[:CAUSED_BY]->(b)",
    "BY_PURCHASE": "MATCH (a:Purchase {id: row.a}), (b:Profile {id: row.b}) CREATE (a)-[:BY]->(b)",
    "CONTAINS": (
        "MATCH (a:Purchase {id: row.a}), (b:Product {id: row.b}) CREATE (a)-[e:CONTAINS]->(b) SET e += row.properties"
    ),
    "TO": "MATCH (a:Message {id: row.a}), (b:Subscription {id: row.b}) CREATE (a)-[:TO]->(b)",
    "PART_OF": "MATCH (a:Message {id: row.a}), (b:Outreach {id: row.b}) CREATE (a)-[:PART_OF]->(b)",
    "FROM": "MATCH (a:Merge {id: row.a}), (b:Profile {id: row.b}) CREATE (a)-[:FROM]->(b)",
    "INTO": "MATCH (a:Merge {id: row.a}), (b:Profile {id: row.b}) CREATE (a)-[:INTO]->(b)",
    "LATEST": "MATCH (a:Template {id: row.a}), (b:TemplateVersion {id: row.b}) CREATE (a)-[:LATEST]->(b)",
    "OF_JOB": "MATCH (a:JobReject {id: row.a}), (b:Job {id: row.b}) CREATE (a)-[:OF]->(b)",
    "OF_REJECT": "MATCH (a:JobRejectError {id: row.a}), (b:JobReject {id: row.b}) CREATE (a)-[:OF]->(b)",
    "RECEIPT_OF": "MATCH (a:Receipt {id: row.a}), (b:Message {id: row.b}) CREATE (a)-[:OF]->(b)",
    "OF_MESSAGE": "MATCH (a:Attempt {id: row.a}), (b:Message {id: row.b}) CREATE (a)-[:OF]->(b)",
}

# Labels that a Statement may name; the graph calls some of them otherwise than GraphQL.
_LABELS: Mapping[str, LiteralString] = {
    "Profile": "Profile",
    "Relation": "Relation",
    "Identifier": "Identifier",
    "BlockedIdentifier": "BlockedValue",
    "Resource": "Resource",
    "Category": "Category",
    "ChannelSubscription": "Subscription",
    "Product": "Product",
    "Event": "Event",
    "Purchase": "Purchase",
    "Outreach": "Outreach",
    "Message": "Message",
    "Merge": "Merge",
    "Attempt": "Attempt",
    "Receipt": "Receipt",
    "Suppression": "Suppression",
    "ConsentRecord": "ConsentRecord",
    "Job": "Job",
    "Template": "Template",
}

Row = dict[str, Any]
# Things that nobody can ask for by their ids.
Unnamed = OptOut | JobReject | JobRejectError | TemplateVersion


async def write(graph: Graph, world: World) -> None:
    """Into an empty, migrated graph."""
    by_label: dict[str, list[Thing]] = {}
    for thing in world.by_id.values():
        by_label.setdefault(thing.typename, []).append(thing)
    for typename, things in by_label.items():
        await _nodes(graph, _LABELS[typename], things)
    definitions = [
        {"key": key, "type": kind, "values": words.TIERS if kind == "ENUM" else None}
        for key, kind in words.ATTRIBUTE_TYPES.items()
    ]
    await _rows(graph, "UNWIND $rows AS row CREATE (n:AttributeDefinition) SET n = row", definitions)
    await _nodes(graph, "OptOut", world.opt_outs)
    rejects = [reject for job in world.jobs for reject in job.rejects]
    await _nodes(graph, "TemplateVersion", [each.latest for each in world.templates])
    await _nodes(graph, "JobReject", rejects)
    await _nodes(graph, "JobRejectError", [error for reject in rejects for error in reject.user_errors])
    for name, rows in _edges(world).items():
        await _rows(graph, "UNWIND $rows AS row " + _EDGES[name], rows)
    await graph.change(LIST_ALL_UNDER_PRODUCTS)
    await graph.change(MARK_ALL_BUYERS)


async def _nodes(graph: Graph, label: LiteralString, things: Sequence[Thing | Unnamed]) -> None:
    rows = [_row(each) for each in things]
    times = sorted({name for row in rows for name in row["times"]})
    converted = ", ".join(
        f"{name}: CASE WHEN row.times.{name} IS NULL THEN null ELSE datetime({{epochMillis: row.times.{name}}}) END"
        for name in times
    )
    dates = "".join(
        f", {name}: date(row.dates.{name})" for name in sorted({name for row in rows for name in row["dates"]})
    )
    await _rows(
        graph,
        f"UNWIND $rows AS row CREATE (n:{label}) SET n = row.plain SET n += {{{converted}{dates}}}",
        rows,
    )


async def _rows(graph: Graph, text: str, rows: Sequence[Row]) -> None:
    for start in range(0, len(rows), _BATCH):
        statement = Statement("test_world", text, timeout_ms=_TIMEOUT_MS)
        await graph.change(statement, rows=rows[start : start + _BATCH])


def _row(thing: Thing | Line | Unnamed) -> Row:
    row: Row = {"plain": {}, "times": {}, "dates": {}}
    for each in fields(thing):
        value = getattr(thing, each.name)
        if value is None or each.metadata.get("link"):
            continue
        kind = "times" if _is_time(each.name) else "dates" if each.name == "birth_date" else "plain"
        row[kind][_camel(each.name)] = value
    if isinstance(thing, Person):
        if thing.member_ids == [thing.id]:
            # Only who survived a merge has the list.
            del row["plain"]["memberIds"]
        _describe(row, thing)
    return row


def _describe(row: Row, person: Person) -> None:
    """What is kept in properties that are named after what they hold."""
    for key, value in person.attributes.items():
        row["times"][f"at_attr_{key}"] = person.attributes_at[key]
        match words.ATTRIBUTE_TYPES[key]:
            case "DATE":
                row["dates"][f"attr_{key}"] = value
            case "DATETIME":
                row["times"][f"attr_{key}"] = instant_value(value)
            case "DECIMAL":
                row["plain"][f"attr_{key}"] = micros(value)
            case _:
                row["plain"][f"attr_{key}"] = value
    if person.tracked is not None:
        row["times"]["tracked_lastAt"] = person.tracked.last_at
        for name in ("ip", "country", "region", "city", "timezone", "browser", "os"):
            row["plain"][f"tracked_{name}"] = getattr(person.tracked, name)


def _is_time(name: str) -> bool:
    return name in {"at", "since", "until"} or name.endswith(("_at", "_until"))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def _edges(world: World) -> dict[str, list[Row]]:
    def rows(pairs: Iterable[tuple[str, str]]) -> list[Row]:
        return [{"a": a, "b": b} for a, b in pairs]

    said = [(sub, category, said) for sub in world.subscriptions for category, said in sub.said.items()]
    return {
        "IDENTIFIES": rows((each.id, person.id) for each in world.identifiers for person in each.people),
        "MERGED_INTO": rows((each.id, each.merged_into) for each in world.people if each.merged_into),
        "RELATES": rows((each.person.id, each.id) for each in world.relations),
        "TO_PERSON": rows((each.id, each.to.id) for each in world.relations),
        "OFFERS": rows((each.resource.id, each.id) for each in world.categories),
        "HAS_SUBSCRIPTION": rows((each.person.id, each.id) for each in world.subscriptions),
        "AT": rows((each.id, each.address.id) for each in world.subscriptions),
        "OF": rows((each.id, each.resource.id) for each in world.subscriptions),
        "JOINED": [{"a": sub.id, "b": category, "at": said.at} for sub, category, said in said if said.joined],
        "LEFT": [{"a": sub.id, "b": category, "at": said.at} for sub, category, said in said if not said.joined],
        "OPTED_OUT": rows((each.person.id, each.id) for each in world.opt_outs),
        "OF_OPT_OUT": rows((each.id, each.resource.id) for each in world.opt_outs if each.resource),
        "STOPS": rows((each.id, each.address.id) for each in world.suppressions if each.address),
        "OF_SUPPRESSION": rows((each.id, each.resource.id) for each in world.suppressions if each.resource),
        **{
            f"ABOUT_{name}": rows((each.id, each.about.id) for each in world.records if isinstance(each.about, kind))
            for name, kind in (
                ("PROFILE", Person),
                ("SUBSCRIPTION", ChannelSubscription),
                ("IDENTIFIER", Identifier),
            )
        },
        "BY_EVENT": rows((each.id, each.profile_id) for each in world.events),
        "ABOUT": rows((each.id, product.id) for each in world.events for product in each.products),
        "CAUSED_BY": rows((each.id, each.caused_by.id) for each in world.events if each.caused_by),
        "BY_PURCHASE": rows((each.id, each.profile_id) for each in world.purchases),
        "CONTAINS": [
            {"a": purchase.id, "b": line.product.id, "properties": _row(line)["plain"]}
            for purchase in world.purchases
            for line in purchase.lines
        ],
        "TO": rows((each.id, each.subscription.id) for each in world.messages if each.subscription),
        "PART_OF": rows((each.id, each.outreach.id) for each in world.messages if each.outreach),
        "FROM": rows((each.id, each.from_id) for each in world.merges),
        "INTO": rows((each.id, each.profile_id) for each in world.merges),
        "LATEST": rows((each.id, each.latest.id) for each in world.templates),
        "OF_JOB": rows((each.id, job.id) for job in world.jobs for each in job.rejects),
        "OF_REJECT": rows(
            (each.id, reject.id) for job in world.jobs for reject in job.rejects for each in reject.user_errors
        ),
        "RECEIPT_OF": rows((each.id, each.message.id) for each in world.receipts),
        "OF_MESSAGE": rows((each.id, each.message.id) for each in world.attempts),
    }
