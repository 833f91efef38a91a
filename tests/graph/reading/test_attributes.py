from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from graph.reading.answer import Answer
from tests.graph.reading.conftest import Write

Ask = Callable[[str], Awaitable[Answer]]

_PEOPLE = """
CREATE (:AttributeDefinition {key: 'tier', type: 'ENUM', values: ['gold', 'silver']}),
    (:AttributeDefinition {key: 'points', type: 'INTEGER'}), (:AttributeDefinition {key: 'total', type: 'DECIMAL'}),
    (:AttributeDefinition {key: 'vip', type: 'BOOLEAN'}), (:AttributeDefinition {key: 'born', type: 'DATE'}),
    (:AttributeDefinition {key: 'seen', type: 'DATETIME'}), (:AttributeDefinition {key: 'tags', type: 'TAGS'}),
    (:AttributeDefinition {key: 'colour', type: 'STRING'})
CREATE (:Profile {id: 'prf_ann', status: 'SUBSCRIBED', revision: 1, kind: 'LEAD', firstName: 'Tier',
    lastName: 'Gold', createdAt: datetime({epochMillis: 1000}), attr_tier: 'gold', attr_points: 5,
    attr_total: 2500000, attr_vip: false, attr_born: date('1984-02-29'), attr_seen: datetime({epochMillis: 1000}),
    attr_tags: ['b', 'a'], attr_colour: '5', attr_undefined: 'x',
    at_attr_tier: datetime({epochMillis: 1}), at_attr_points: datetime({epochMillis: 2}),
    at_attr_total: datetime({epochMillis: 3}), at_attr_vip: datetime({epochMillis: 4}),
    at_attr_born: datetime({epochMillis: 5}), at_attr_seen: datetime({epochMillis: 6}),
    at_attr_tags: datetime({epochMillis: 7}), at_attr_colour: datetime({epochMillis: 8})})
CREATE (:Profile {id: 'prf_bob', status: 'SUBSCRIBED', revision: 1, kind: 'LEAD',
    createdAt: datetime({epochMillis: 2000}), attr_points: 7, at_attr_points: datetime({epochMillis: 2}),
    at_attr_tier: datetime({epochMillis: 9})})
"""


@pytest.fixture
async def people(write: Write) -> None:
    await write(_PEOPLE)


async def found(ask: Ask, arguments: str) -> list[str]:
    answer = await ask(f"{{ profiles({arguments}) {{ nodes {{ id }} }} }}")
    assert answer.errors == ()
    data: Any = answer.data
    return [each["id"] for each in data["profiles"]["nodes"]]


@pytest.mark.usefixtures("people")
async def test_attributes_come_by_key_as_their_types_show_them(ask: Ask) -> None:
    answer = await ask('{ node(id: "prf_ann") { ... on Profile { attributes { key type value text updatedAt } } } }')

    assert answer.errors == ()
    data: Any = answer.data
    at = "1970-01-01T00:00:00.00"
    assert [tuple(each.values()) for each in data["node"]["attributes"]] == [
        ("born", "DATE", "1984-02-29", "1984-02-29", f"{at}5Z"),
        ("colour", "STRING", "5", "5", f"{at}8Z"),
        ("points", "INTEGER", 5, "5", f"{at}2Z"),
        ("seen", "DATETIME", "1970-01-01T00:00:01.000Z", "1970-01-01T00:00:01.000Z", f"{at}6Z"),
        ("tags", "TAGS", ["b", "a"], "b, a", f"{at}7Z"),
        ("tier", "ENUM", "gold", "gold", f"{at}1Z"),
        ("total", "DECIMAL", "2.50", "2.50", f"{at}3Z"),
        ("vip", "BOOLEAN", False, "false", f"{at}4Z"),
    ]


@pytest.mark.usefixtures("people")
async def test_one_attribute_is_asked_for_by_its_key(ask: Ask) -> None:
    answer = await ask(
        """{ node(id: "prf_ann") { ... on Profile { points: attribute(key: "points") { value }
        total: attribute(key: "total") { value text } none: attribute(key: "undefined") { value }
        evil: attribute(key: "x'] //") { value } some: attributes(keys: ["vip", "tier", "no"]) { key } } }
        bob: node(id: "prf_bob") { ... on Profile { attribute(key: "tier") { value } attributes { key } } } }"""
    )

    assert answer.errors == ()
    assert answer.data == {
        "node": {
            "points": {"value": 5},
            "total": {"value": "2.50", "text": "2.50"},
            "none": None,
            "evil": None,
            "some": [{"key": "tier"}, {"key": "vip"}],
        },
        "bob": {"attribute": None, "attributes": [{"key": "points"}]},
    }


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('key: "tier", equals: "gold"', ["prf_ann"]),
        ('key: "tier", equals: "Gold"', []),
        ('key: "points", over: 4.5', ["prf_bob", "prf_ann"]),
        ('key: "points", over: 5', ["prf_bob"]),
        ('key: "points", equals: "5"', []),
        ('key: "points", in: [5, 6, "7"]', ["prf_ann"]),
        ('key: "total", equals: "2.5"', ["prf_ann"]),
        ('key: "total", equals: 2.5', ["prf_ann"]),
        ('key: "total", under: 3', ["prf_ann"]),
        ('key: "total", over: 3', []),
        ('key: "vip", equals: false', ["prf_ann"]),
        ('key: "vip", under: true', []),
        ('key: "born", equals: "1984-02-29"', ["prf_ann"]),
        ('key: "born", under: "1984-03-01"', ["prf_ann"]),
        ('key: "born", over: "1984-03-01"', []),
        ('key: "seen", equals: "1970-01-01T01:00:01+01:00"', ["prf_ann"]),
        ('key: "seen", over: "1970-01-01T00:00:00.999Z"', ["prf_ann"]),
        ('key: "tags", equals: "a"', ["prf_ann"]),
        ('key: "tags", in: ["x", "b"]', ["prf_ann"]),
        ('key: "tags", equals: "x"', []),
        ('key: "undefined", equals: "x"', []),
        ('key: "undefined", exists: true', ["prf_ann"]),
        ('key: "tier", exists: false', ["prf_bob"]),
    ],
)
@pytest.mark.usefixtures("people")
async def test_people_are_filtered_by_what_a_value_means_to_the_type(
    ask: Ask, condition: str, expected: list[str]
) -> None:
    assert await found(ask, f"filter: {{attribute: {{{condition}}}}}") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tier:gold", ["prf_ann"]),
        (" tier: gold ", ["prf_ann"]),
        ("tier:gol", []),
        ("points:5", ["prf_ann"]),
        ("points:05", ["prf_ann"]),
        ("points:5.0", []),
        ("points:99999999999999999999", []),
        ("total:2.5", ["prf_ann"]),
        ("vip:FALSE", ["prf_ann"]),
        ("born:1984-02-29", ["prf_ann"]),
        ("seen:1970-01-01T00:00:01Z", ["prf_ann"]),
        ("tags:b", ["prf_ann"]),
        ("colour:5", ["prf_ann"]),
        ("undefined:x", []),
        ("tier gold", ["prf_ann"]),
        ("Tier:Gold", ["prf_ann"]),
    ],
)
@pytest.mark.usefixtures("people")
async def test_a_search_by_key_and_value_finds_exactly_this_value(ask: Ask, text: str, expected: list[str]) -> None:
    assert await found(ask, f'search: "{text}"') == expected


@pytest.mark.usefixtures("people")
async def test_such_a_search_is_counted_and_filtered_further(ask: Ask) -> None:
    answer = await ask(
        """{ one: profiles(search: "points:7") { count { value exact } }
        none: profiles(search: "points:7", filter: {attribute: {key: "tier", exists: true}}) { count { value } } }"""
    )

    assert answer.data == {"one": {"count": {"value": 1, "exact": True}}, "none": {"count": {"value": 0}}}
