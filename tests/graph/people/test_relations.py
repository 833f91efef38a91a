from __future__ import annotations

import asyncio

import pytest

from graph.connection import Graph
from graph.errors import Refusal
from graph.idempotency import Done
from graph.identifiers import IdentifierValue, identifier
from graph.people import relation as relations
from graph.people.reference import ProfileReference
from graph.people.relation import Relation, relate_profiles, unrelate_profiles
from graph.people.upsert import UpsertProfile, upsert_profile
from graph.statement import Statement
from graph.vocabulary import IdentifierType, RowOutcome, UserErrorCode

NOW = 1_790_000_000_000
ANN = identifier(IdentifierType.EXTERNAL, "shop", "1")
BOB = identifier(IdentifierType.EXTERNAL, "shop", "2")
RELATED = Statement(
    "related",
    """
    MATCH (a:Profile)-[:RELATES]->(r:Relation)-[:TO]->(b:Profile)
    WITH a, r, b ORDER BY r.type
    RETURN collect([a.id, r.key, r.properties, r.since = datetime({epochMillis: $now}), b.id, a.revision, b.revision])
    """,
)
COUNT = Statement("count", "RETURN [COUNT { (:Relation) }, COUNT { ()-[:RELATES]->() }, COUNT { ()-[:TO]->() }]")


async def made(graph: Graph, value: IdentifierValue) -> str:
    done = await upsert_profile(graph, UpsertProfile((value,), {}), None, NOW)
    return str(done.result["profileId"])


async def relate(graph: Graph, from_: str, to: str, type_: str = "parent", **properties: object) -> Done:
    relation = Relation(ProfileReference(id=from_), ProfileReference(id=to), type_)
    return await relate_profiles(graph, relation, properties, None, NOW)


async def test_a_relation_is_made_once_and_its_properties_change(graph: Graph) -> None:
    ann, bob = await made(graph, ANN), await made(graph, BOB)

    first = await relate(graph, ann, bob, lives="here")
    again = await relate(graph, ann, bob, lives="here")
    other = await relate(graph, ann, bob, lives="there")

    assert [each.result["outcome"] for each in (first, again, other)] == [
        RowOutcome.CREATED, RowOutcome.UNCHANGED, RowOutcome.UPDATED,
    ]  # fmt: skip
    assert len({each.result["relationId"] for each in (first, again, other)}) == 1
    assert [[change.profile_id for change in each.changes] for each in (first, again, other)] == [[ann], [], [ann]]
    assert await graph.read(RELATED, now=NOW) == [[ann, f"{ann}:parent:{bob}", '{"lives": "there"}', True, bob, 3, 1]]


async def test_both_are_named_by_what_identifies_them(graph: Graph) -> None:
    ann, bob = await made(graph, ANN), await made(graph, BOB)
    by_values = Relation(ProfileReference(identifier=ANN), ProfileReference(identifier=BOB), "parent")
    mixed = Relation(ProfileReference(identifier=BOB), ProfileReference(id=ann), "child")

    await relate_profiles(graph, by_values, {}, None, NOW)
    await relate_profiles(graph, mixed, {}, None, NOW)

    assert [row[:2] for row in await graph.read(RELATED, now=NOW)] == [
        [bob, f"{bob}:child:{ann}"],
        [ann, f"{ann}:parent:{bob}"],
    ]


async def test_a_relation_is_ended_once_and_others_stay(graph: Graph) -> None:
    ann, bob = await made(graph, ANN), await made(graph, BOB)
    await relate(graph, ann, bob)
    await relate(graph, ann, bob, "colleague")
    ended = Relation(ProfileReference(id=ann), ProfileReference(id=bob), "parent")

    first = await unrelate_profiles(graph, ended, None, NOW)
    again = await unrelate_profiles(graph, ended, None, NOW)

    assert first.result == {"profileId": ann, "outcome": RowOutcome.UPDATED}
    assert again.result == {"profileId": ann, "outcome": RowOutcome.UNCHANGED}
    assert again.changes == ()
    assert [row[1] for row in await graph.read(RELATED, now=NOW)] == [f"{ann}:colleague:{bob}"]
    assert await graph.read(COUNT) == [1, 1, 1]


async def test_16_of_one_relation_at_once_from_both_sides_make_one_each_way(graph: Graph) -> None:
    ann, bob = await made(graph, ANN), await made(graph, BOB)

    done = await asyncio.gather(*(relate(graph, *pair) for _ in range(8) for pair in ((ann, bob), (bob, ann))))

    assert [each.result["outcome"] for each in done].count(RowOutcome.CREATED) == 2
    assert await graph.read(COUNT) == [2, 2, 2]


async def test_nobody_is_related_to_themselves_or_to_nobody(graph: Graph) -> None:
    ann = await made(graph, ANN)
    myself = Relation(ProfileReference(id=ann), ProfileReference(identifier=ANN), "parent")
    nobody = Relation(ProfileReference(id=ann), ProfileReference(identifier=BOB), "parent")
    unknown = Relation(ProfileReference(id="prf_0"), ProfileReference(id=ann), "parent")

    for relation, code, path in (
        (myself, UserErrorCode.INVALID, ("to",)),
        (nobody, UserErrorCode.NOT_FOUND, ("to", "identifier")),
        (unknown, UserErrorCode.NOT_FOUND, ("from", "id")),
    ):
        with pytest.raises(Refusal) as refused:
            await relate_profiles(graph, relation, {}, None, NOW)
        assert [(each.code, each.field) for each in refused.value.user_errors] == [(code, path)]
    assert await graph.read(COUNT) == [0, 0, 0]


async def test_a_person_has_a_limited_number_of_relations(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bob = await made(graph, ANN), await made(graph, BOB)
    monkeypatch.setattr(relations, "MOST_RELATIONS", 1)
    await relate(graph, ann, bob)

    with pytest.raises(Refusal) as refused:
        await relate(graph, ann, bob, "colleague")

    assert [(each.code, each.field) for each in refused.value.user_errors] == [
        (UserErrorCode.LIMIT_EXCEEDED, ("from",))
    ]
    assert (await relate(graph, ann, bob, lives="here")).result["outcome"] == RowOutcome.UPDATED
    assert await graph.read(COUNT) == [1, 1, 1]
