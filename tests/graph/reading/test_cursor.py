from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from graph.reading.cursor import Position, SortValue, cursor_at, position_at


@pytest.mark.parametrize("value", [0, -1, 1_700_000_000_123, "Émile", "", None])
def test_a_cursor_says_the_place_it_was_made_of(value: SortValue) -> None:
    assert position_at("Event.occurredAt", cursor_at("Event.occurredAt", value, "evt_1")) == Position(value, "evt_1")


def test_a_cursor_travels_in_an_address_without_escaping() -> None:
    cursor = cursor_at("Profile.lastName", "ÿþ~~~???", "prf_1")
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def _forged(payload: bytes) -> str:
    return urlsafe_b64encode(b"abcdef" + payload).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "garbage",
        "öäü",
        "=" * 8,
        "A" * 5000,
        _forged(b'[1,"evt_1"]'),
        cursor_at("Purchase.placedAt", 1, "pur_1"),
        cursor_at("Event.occurredAt", 1, "evt_1")[:-1],
        cursor_at("Event.occurredAt", 1, "evt_1") + "AAAA",
        cursor_at("Event.occurredAt", 1, "evt_1") + "!",
        cursor_at("Event.occurredAt", 1, "evt_1") + "\n",
    ],
)
def test_garbage_and_cursors_of_other_lists_are_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="is not a cursor of this list"):
        position_at("Event.occurredAt", cursor)


def test_no_single_changed_byte_makes_another_valid_cursor() -> None:
    decoded = bytearray(urlsafe_b64decode(cursor_at("Event.occurredAt", 1_000, "evt_1") + "=="))
    for index in range(len(decoded)):
        changed = bytearray(decoded)
        changed[index] ^= 1
        with pytest.raises(ValueError, match="is not a cursor"):
            position_at("Event.occurredAt", urlsafe_b64encode(changed).decode().rstrip("="))
