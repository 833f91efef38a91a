from __future__ import annotations

from graph.exporting.values import shown, shown_person


def test_times_amounts_and_json_leave_as_people_read_them_and_inner_keys_do_not() -> None:
    properties = [
        ("id", "pur_1"),
        ("totalMicros", 2_550_000),
        ("placedAt", {"ms": 0}),
        ("properties", '{"colour": "red"}'),
        ("contentHash", "abc"),
        ("sourceKey", "shop:1"),
    ]

    assert shown(properties) == {
        "id": "pur_1",
        "placedAt": "1970-01-01T00:00:00.000Z",
        "properties": {"colour": "red"},
        "total": "2.55",
    }


def test_attributes_have_their_types_and_the_times_of_changes_stand_apart() -> None:
    properties = [
        ("firstName", "Ann"),
        ("at_firstName", {"ms": 1}),
        ("attr_limit", 12_500_000),
        ("attr_visits", 3),
        ("attr_since", "2026-01-31"),
        ("tracked_browser", "Lynx"),
    ]

    assert shown_person(properties, {"limit": "DECIMAL", "visits": "INTEGER"}) == {
        "firstName": "Ann",
        "attributes": {"limit": "12.50", "since": "2026-01-31", "visits": 3},
        "tracked": {"browser": "Lynx"},
        "changedAt": {"firstName": "1970-01-01T00:00:00.001Z"},
    }
