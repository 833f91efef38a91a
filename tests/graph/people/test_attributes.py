from __future__ import annotations

import asyncio

import pytest

from graph.connection import Graph
from graph.errors import Refusal
from graph.idempotency import Done, Guard
from graph.identifiers import identifier
from graph.people.attribute_change import AttributeChange, AttributeOperation
from graph.people.attribute_definition import AttributeDefinition, define_attribute, definition_of
from graph.people.facts import FieldValue
from graph.people.reference import ProfileReference
from graph.people.update import UpdateProfile, update_profile
from graph.people.upsert import UpsertProfile, upsert_profile
from graph.statement import FIRST_READ_TIMEOUT_MS, Statement
from graph.vocabulary import AttributeType, IdentifierType, RowOutcome, UserErrorCode

NOW = 1_790_000_000_000
EMAIL = identifier(IdentifierType.EMAIL, "", "ann@example.com")
KEPT = Statement(
    "kept",
    """
    MATCH (p:Profile)
    RETURN [p.revision, [name IN $names | [p['attr_' + name] = $values[name],
        p['at_attr_' + name] = datetime({epochMillis: $at})]]]
    """,
)
VALUE = Statement("value", "MATCH (p:Profile) RETURN [p.revision, p[$name]]")
ALL = Statement("all", "MATCH (p:Profile) RETURN [name IN keys(p) WHERE name STARTS WITH 'at' | name]")
TYPES = Statement(
    "types",
    """
    MATCH (p:Profile)
    RETURN [p.attr_born = date('1984-02-29'), p.attr_seen = datetime({epochMillis: 1000}), p.attr_total = 12500000,
        p.birthDate = date('1984-02-29'), p.at_birthDate = datetime({epochMillis: $now})]
    """,
    FIRST_READ_TIMEOUT_MS,
)


def change(operation: str, key: str, value: object = None) -> AttributeChange:
    return AttributeChange(AttributeOperation(operation), key, value)


async def define(graph: Graph, key: str, type_: AttributeType, *values: str) -> Done:
    return await define_attribute(graph, AttributeDefinition(key, type_, values), None, NOW)


async def upsert(graph: Graph, *attributes: AttributeChange, now: int = NOW, **fields: FieldValue) -> Done:
    return await upsert_profile(graph, UpsertProfile((EMAIL,), fields, attributes=attributes), None, now)


async def test_an_attribute_is_defined_once_and_the_same_again_is_unchanged(graph: Graph) -> None:
    first = await define(graph, "tier", AttributeType.ENUM, "gold", "silver")
    again = await define(graph, "tier", AttributeType.ENUM, "silver", "gold")
    more = await define(graph, "tier", AttributeType.ENUM, "bronze")

    assert [each.result["outcome"] for each in (first, again, more)] == [
        RowOutcome.CREATED, RowOutcome.UNCHANGED, RowOutcome.UPDATED,
    ]  # fmt: skip
    assert await definition_of(graph, "tier") == AttributeDefinition(
        "tier", AttributeType.ENUM, ("gold", "silver", "bronze")
    )
    assert await definition_of(graph, "colour") is None


async def test_an_attribute_keeps_its_type(graph: Graph) -> None:
    await define(graph, "points", AttributeType.INTEGER)

    with pytest.raises(Refusal) as refused:
        await define(graph, "points", AttributeType.DECIMAL)

    assert [(each.code, each.field) for each in refused.value.user_errors] == [(UserErrorCode.TAKEN, ("type",))]
    assert await definition_of(graph, "points") == AttributeDefinition("points", AttributeType.INTEGER)


async def test_16_definitions_of_one_key_at_once_make_one(graph: Graph) -> None:
    done = await asyncio.gather(*(define(graph, "tier", AttributeType.ENUM, f"v{number}") for number in range(16)))

    outcomes = [each.result["outcome"] for each in done]
    assert outcomes.count(RowOutcome.CREATED) == 1
    assert outcomes.count(RowOutcome.UPDATED) == 15
    found = await definition_of(graph, "tier")
    assert found is not None
    assert sorted(found.values) == sorted(f"v{number}" for number in range(16))


async def test_values_are_kept_in_the_graphs_own_types_with_their_times(graph: Graph) -> None:
    for key, type_ in (
        ("born", AttributeType.DATE), ("seen", AttributeType.DATETIME), ("total", AttributeType.DECIMAL),
    ):  # fmt: skip
        await define(graph, key, type_)
    changes = (
        change("SET", "born", "1984-02-29"),
        change("SET", "seen", "1970-01-01T01:00:01+01:00"),
        change("SET", "total", "12.5"),
    )

    first = await upsert(graph, *changes, birthDate=None, firstName="Ann")
    again = await upsert(graph, *changes, now=NOW + 1, birthDate=None, firstName="Ann")

    assert (first.result["outcome"], again.result["outcome"]) == (RowOutcome.CREATED, RowOutcome.UNCHANGED)
    assert (await graph.read(TYPES, now=NOW))[:3] == [True, True, True]
    assert sorted(await graph.read(ALL)) == [
        "at_attr_born", "at_attr_seen", "at_attr_total", "at_firstName", "attr_born", "attr_seen", "attr_total",
    ]  # fmt: skip
    assert await graph.read(VALUE, name="firstName") == [1, "Ann"]


async def test_a_change_raises_the_revision_once_and_dates_only_what_changed(graph: Graph) -> None:
    await define(graph, "points", AttributeType.INTEGER)
    await define(graph, "tags", AttributeType.TAGS)
    await upsert(graph, change("SET", "points", 1), change("ADD", "tags", ["b", "a"]))

    done = await upsert(graph, change("INCREMENT", "points", 4), change("ADD", "tags", "a"), now=NOW + 5)

    assert done.result["outcome"] == RowOutcome.UPDATED
    assert await graph.read(KEPT, names=["points"], values={"points": 5}, at=NOW + 5) == [2, [[True, True]]]
    assert await graph.read(KEPT, names=["tags"], values={"tags": ["b", "a"]}, at=NOW) == [2, [[True, True]]]

    await upsert(graph, change("UNSET", "points"), now=NOW + 6)
    assert await graph.read(VALUE, name="attr_points") == [3, None]
    assert await graph.read(KEPT, names=["points"], values={"points": None}, at=NOW + 6) == [3, [[None, True]]]


async def test_a_wrong_attribute_leaves_no_person_behind(graph: Graph) -> None:
    await define(graph, "points", AttributeType.INTEGER)

    with pytest.raises(Refusal) as refused:
        await upsert(graph, change("SET", "points", "many"), change("SET", "unheard_of", 1), firstName="Ann")

    assert [(each.code, each.field) for each in refused.value.user_errors] == [
        (UserErrorCode.INVALID, ("attributes", "0", "set", "value")),
        (UserErrorCode.NOT_FOUND, ("attributes", "1", "set", "key")),
    ]
    assert await graph.read(Statement("count", "RETURN COUNT { (:Profile) } + COUNT { (:Identifier) }")) == 0


async def test_feature_24_increments_at_the_same_time_all_count(graph: Graph) -> None:
    await define(graph, "points", AttributeType.INTEGER)
    await define(graph, "total", AttributeType.DECIMAL)
    first = await upsert(graph)
    person = ProfileReference(id=first.result["profileId"])
    changes = (change("INCREMENT", "points", 1), change("INCREMENT", "total", "0.1"))

    done = await asyncio.gather(
        *(upsert(graph, *changes) for _ in range(16)),
        *(update_profile(graph, UpdateProfile(person, {}, changes), None, NOW) for _ in range(16)),
    )

    assert await graph.read(VALUE, name="attr_points") == [33, 32]
    assert await graph.read(VALUE, name="attr_total") == [33, 3_200_000]
    assert sorted(change.revision for each in done for change in each.changes) == list(range(2, 34))


async def test_the_same_key_increments_once(graph: Graph) -> None:
    await define(graph, "points", AttributeType.INTEGER)
    await upsert(graph)
    command = UpdateProfile(ProfileReference(identifier=EMAIL), {}, (change("INCREMENT", "points", 1),))

    first = await update_profile(graph, command, Guard("key", "hash"), NOW)
    again = await update_profile(graph, command, Guard("key", "hash"), NOW)

    assert (first.replayed, again.replayed) == (False, True)
    assert first.result == again.result
    assert await graph.read(VALUE, name="attr_points") == [2, 1]


async def test_an_update_changes_fields_of_whom_it_names(graph: Graph) -> None:
    first = await upsert(graph, firstName="Ann")
    person = ProfileReference(id=first.result["profileId"])

    done = await update_profile(graph, UpdateProfile(person, {"firstName": "Anna"}, if_revision=1), None, NOW)
    nothing = await update_profile(graph, UpdateProfile(person, {"firstName": "Anna"}), None, NOW)

    assert [each.revision for each in done.changes] == [2]
    assert nothing.changes == ()
    assert await graph.read(VALUE, name="firstName") == [2, "Anna"]


async def test_an_update_that_looked_before_somebody_else_changed_the_person_is_refused(graph: Graph) -> None:
    first = await upsert(graph, firstName="Ann")
    person = ProfileReference(id=first.result["profileId"])
    tries = [UpdateProfile(person, {"city": f"City {number}"}, if_revision=1) for number in range(8)]

    done = await asyncio.gather(*(update_profile(graph, each, None, NOW) for each in tries), return_exceptions=True)

    refused = [each for each in done if isinstance(each, Refusal)]
    assert len(refused) == 7
    assert {(error.code, error.field) for each in refused for error in each.user_errors} == {
        (UserErrorCode.REVISION_CHANGED, ("ifRevision",))
    }
    assert (await graph.read(VALUE, name="city"))[0] == 2


async def test_an_update_makes_nobody(graph: Graph) -> None:
    unknown = (ProfileReference(id="prf_0"), "id"), (ProfileReference(identifier=EMAIL), "identifier")
    for reference, part in unknown:
        with pytest.raises(Refusal) as refused:
            await update_profile(graph, UpdateProfile(reference, {"city": "Leeds"}), None, NOW)
        assert [(each.code, each.field) for each in refused.value.user_errors] == [
            (UserErrorCode.NOT_FOUND, ("profile", part))
        ]
    assert await graph.read(Statement("count", "RETURN COUNT { (:Profile) } + COUNT { (:Identifier) }")) == 0
