"""What is wrong with what is said about people, before anything is asked of the graph."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gateway.schema.test_inputs import errors

_ANNA = {"id": "prf_anna"}


@pytest.mark.parametrize("key", ["", "Tier", "1st", "my-key", "x" * 41, "tier "])
async def test_the_key_of_an_attribute_has_its_form(key: str) -> None:
    assert await errors("defineAttribute", key=key, type="STRING") == [("INVALID", "key")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"type": "ENUM"}, [("REQUIRED", "values")]),
        ({"type": "ENUM", "values": []}, [("REQUIRED", "values")]),
        ({"type": "STRING", "values": ["a"]}, [("INVALID", "values")]),
        ({"type": "ENUM", "values": ["a", " ", "x" * 101]}, [("REQUIRED", "values.1"), ("TOO_LONG", "values.2")]),
        ({"type": "ENUM", "values": [str(number) for number in range(501)]}, [("LIMIT_EXCEEDED", "values")]),
    ],
)
async def test_only_an_enum_has_values_and_it_needs_some(
    given: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert await errors("defineAttribute", key="tier", **given) == expected


async def test_an_input_has_at_most_200_changes_of_attributes() -> None:
    changes = [{"unset": "tier"}] * 201
    assert await errors("updateProfile", profile=_ANNA, attributes=changes) == [("LIMIT_EXCEEDED", "attributes")]
    identifiers = [{"type": "EXTERNAL", "namespace": "shop", "value": "1"}]
    assert await errors("upsertProfile", identifiers=identifiers, attributes=changes) == [
        ("LIMIT_EXCEEDED", "attributes")
    ]


async def test_everything_that_is_wrong_with_an_update_is_said_at_once() -> None:
    given = {"country": "xx", "timezone": "Mars", "locale": "?", "firstName": " "}
    by_value = {"identifier": {"type": "EMAIL", "value": "nobody"}}
    assert await errors("updateProfile", profile=by_value, set=given) == [
        ("INVALID", "profile.identifier"),
        ("REQUIRED", "set.firstName"),
        ("INVALID", "set.locale"),
        ("INVALID", "set.timezone"),
        ("INVALID", "set.country"),
    ]


async def test_a_relation_has_a_type_and_properties_that_are_an_object() -> None:
    given = {"from": _ANNA, "to": {"id": "prf_bob"}, "type": "Parent of"}
    assert await errors("relateProfiles", **given, properties=["a"]) == [("INVALID", "type"), ("INVALID", "properties")]
    assert await errors("unrelateProfiles", **given) == [("INVALID", "type")]
