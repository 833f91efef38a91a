from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from graph.errors import Refusal
from graph.people.attribute_change import AttributeChange, AttributeOperation
from graph.people.attribute_definition import AttributeDefinition
from graph.people.attribute_value import Kept
from graph.people.facts import MOST_ATTRIBUTES, Facts, Present, news
from graph.vocabulary import AttributeType, UserErrorCode

NOW = 1_769_860_800_000
AT_NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
KNOWN = {
    "points": AttributeDefinition("points", AttributeType.INTEGER),
    "joined": AttributeDefinition("joined", AttributeType.DATE),
    "tier": AttributeDefinition("tier", AttributeType.ENUM, ("gold", "silver")),
}


def change(operation: str, key: str, value: object = None) -> AttributeChange:
    return AttributeChange(AttributeOperation(operation), key, value)


def found(facts: Facts, present: Present) -> dict[str, Kept | None]:
    return news(facts, KNOWN, present, NOW)


def test_only_what_becomes_different_is_news_and_has_its_time_beside_it() -> None:
    facts = Facts(
        {"firstName": "Ann", "city": None, "country": "GB", "birthDate": date(1984, 2, 29), "locale": None},
        (change("SET", "tier", "gold"), change("SET", "joined", "2026-01-31")),
    )
    present = Present(
        {"firstName": "Ann", "city": "Leeds", "birthDate": "1984-02-29", "attr_tier": "gold"}, attribute_count=1
    )

    assert found(facts, present) == {
        "city": None,
        "at_city": AT_NOON,
        "country": "GB",
        "at_country": AT_NOON,
        "attr_joined": date(2026, 1, 31),
        "at_attr_joined": AT_NOON,
    }


def test_nobody_is_born_later_than_tomorrow() -> None:
    tomorrow = date(2026, 2, 1)
    assert found(Facts({"birthDate": tomorrow}), Present())["birthDate"] == tomorrow

    with pytest.raises(Refusal) as refused:
        found(Facts({"birthDate": date(2026, 2, 2)}, (change("UNSET", "hat_size"),)), Present())

    assert [(each.code, each.field) for each in refused.value.user_errors] == [
        (UserErrorCode.INVALID, ("set", "birthDate")),
        (UserErrorCode.NOT_FOUND, ("attributes", "0", "unset")),
    ]


def test_changes_of_one_attribute_build_on_each_other() -> None:
    facts = Facts(attributes=(change("INCREMENT", "points", 2), change("INCREMENT", "points", 3)))

    assert found(facts, Present({"attr_points": 1}, 1)) == {"attr_points": 6, "at_attr_points": AT_NOON}
    there_and_back = Facts(attributes=(change("INCREMENT", "points", 2), change("INCREMENT", "points", -2)))
    assert found(there_and_back, Present({"attr_points": 1}, 1)) == {}
    assert found(Facts(attributes=(change("SET", "points", 1), change("UNSET", "points"))), Present()) == {}


def test_everything_that_is_wrong_is_said_at_once_with_its_path() -> None:
    facts = Facts(
        attributes=(
            change("SET", "shoe_size", 42),
            change("SET", "tier", "lead"),
            change("UNSET", "hat_size"),
            change("INCREMENT", "points", "1"),
            change("SET", "points", 5),
        )
    )

    with pytest.raises(Refusal) as refused:
        found(facts, Present())

    assert [(each.code, each.field) for each in refused.value.user_errors] == [
        (UserErrorCode.NOT_FOUND, ("attributes", "0", "set", "key")),
        (UserErrorCode.INVALID, ("attributes", "1", "set", "value")),
        (UserErrorCode.NOT_FOUND, ("attributes", "2", "unset")),
        (UserErrorCode.INVALID, ("attributes", "3", "increment", "value")),
    ]


def test_a_person_has_a_limited_number_of_attributes_and_may_still_change_those() -> None:
    full = Present({"attr_points": 1}, MOST_ATTRIBUTES)

    with pytest.raises(Refusal) as refused:
        found(Facts(attributes=(change("SET", "tier", "gold"),)), full)

    assert [(each.code, each.field) for each in refused.value.user_errors] == [
        (UserErrorCode.LIMIT_EXCEEDED, ("attributes",))
    ]
    assert found(Facts(attributes=(change("SET", "points", 2),)), full)["attr_points"] == 2
    swapped = Facts(attributes=(change("UNSET", "points"), change("SET", "tier", "gold")))
    assert found(swapped, full)["attr_tier"] == "gold"
