from __future__ import annotations

import pytest

from dispatch.json_object import JsonObject

FOUND = JsonObject.read(
    b'{"text": "a", "number": 1, "flag": true, "object": {"x": 2}, "list": [{"x": 3}, 4, {"x": 5}]}'
)


def test_what_is_there_is_read_by_its_kind() -> None:
    assert (FOUND.text("text"), FOUND.number("number"), FOUND.object("object").number("x")) == ("a", 1, 2)
    assert [each.number("x") for each in FOUND.objects("list")] == [3, 5]


@pytest.mark.parametrize("name", ["text", "number", "flag", "object", "list", "missing"])
def test_what_is_of_another_kind_is_not_there(name: str) -> None:
    assert FOUND.text(name) == ("a" if name == "text" else "")
    assert FOUND.number(name) == (1 if name == "number" else None)
    assert FOUND.object(name).fields == ({"x": 2} if name == "object" else {})
    assert len(FOUND.objects(name)) == (2 if name == "list" else 0)


@pytest.mark.parametrize("body", [b"", b"[1]", b'"secret"', b"{secret", b"\xff", b"null"])
def test_what_is_no_object_is_refused_without_being_quoted(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"^not (JSON|a JSON object)$") as caught:
        JsonObject.read(body)

    assert caught.value.__cause__ is None


def test_a_repr_shows_nothing_of_it() -> None:
    assert repr(FOUND) == "JsonObject()"
