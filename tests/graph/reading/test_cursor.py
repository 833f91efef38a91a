from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from graph.reading.cursor import Cursors, Position, SortValue
from tests.graph.reading.places import CURSORS


@pytest.mark.parametrize("value", [0, -1, 1_700_000_000_123, "Émile", "", None])
def test_a_cursor_says_the_place_it_was_made_of(value: SortValue) -> None:
    assert CURSORS.position("Event.occurredAt", CURSORS.at("Event.occurredAt", value, "evt_1")) == Position(
        value, "evt_1"
    )


def test_a_cursor_travels_in_an_address_without_escaping() -> None:
    cursor = CURSORS.at("Profile.lastName", "ÿþ~~~???", "prf_1")
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def _forged(payload: bytes) -> str:
    return urlsafe_b64encode(b"abcdef" + payload).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        Cursors(b"the key of somebody else").at("Event.occurredAt", 1, "evt_1"),
        "",
        "x",
        "garbage",
        "öäü",
        "=" * 8,
        "A" * 5000,
        _forged(b'[1,"evt_1"]'),
        CURSORS.at("Purchase.placedAt", 1, "pur_1"),
        CURSORS.at("Event.occurredAt", 1, "evt_1")[:-1],
        CURSORS.at("Event.occurredAt", 1, "evt_1") + "AAAA",
        CURSORS.at("Event.occurredAt", 1, "evt_1") + "!",
        CURSORS.at("Event.occurredAt", 1, "evt_1") + "\n",
    ],
)
def test_garbage_and_cursors_of_other_lists_are_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="is not a cursor of this list"):
        CURSORS.position("Event.occurredAt", cursor)


def test_no_single_changed_byte_makes_another_valid_cursor() -> None:
    decoded = bytearray(urlsafe_b64decode(CURSORS.at("Event.occurredAt", 1_000, "evt_1") + "=="))
    for index in range(len(decoded)):
        changed = bytearray(decoded)
        changed[index] ^= 1
        with pytest.raises(ValueError, match="is not a cursor"):
            CURSORS.position("Event.occurredAt", urlsafe_b64encode(changed).decode().rstrip("="))


def test_a_cursor_shows_neither_the_name_nor_the_id_that_it_was_made_of() -> None:
    cursor = CURSORS.at("Profile.lastName", "Featherstonehaugh", "prf_1")
    decoded = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert b"Feather" not in decoded
    assert b"prf_" not in decoded
    assert cursor == CURSORS.at("Profile.lastName", "Featherstonehaugh", "prf_1")


def test_what_two_places_have_in_common_cannot_be_seen_in_their_cursors() -> None:
    one, other = (urlsafe_b64decode(CURSORS.at("Event.occurredAt", 1_000, f"evt_{each}") + "==") for each in ("a", "b"))
    assert len(one) == len(other)
    assert bytes(a ^ b for a, b in zip(one, other, strict=True))[16:-3] != bytes(len(one) - 19)
