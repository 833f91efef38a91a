from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from graph.inbound.told import properties

_LETTERS = st.sampled_from(["a", "ü", "語", "🙂", '"', "\\", "\n", "\x00", "\ud83d"])
_TEXTS = st.builds(lambda few, times: "".join(few) * times, st.lists(_LETTERS, max_size=9), st.integers(0, 2_000))


def test_a_text_that_fits_is_kept_as_it_is() -> None:
    assert properties("Hi\n🙂", None, channel="SMS", subscription=None) == {"text": "Hi\n🙂", "channel": "SMS"}
    assert properties("", "Ann", addressShared=True) == {"text": "", "name": "Ann", "addressShared": True}


def test_a_name_is_kept_to_200_characters() -> None:
    assert properties("", "n" * 300)["name"] == "n" * 200


@given(_TEXTS, st.one_of(st.none(), _TEXTS))
def test_whatever_is_written_fits_and_is_cut_only_where_it_must_be(text: str, name: str | None) -> None:
    found: dict[str, Any] = properties(text, name, channel="SMS")

    assert len(orjson.dumps(found)) <= 8_192
    readable = text.encode("utf-8", "replace").decode()
    if "textCut" not in found:
        assert found["text"] == readable
        return
    longer = {**found, "text": readable[: len(found["text"]) + 1]}
    assert readable.startswith(found["text"])
    assert len(orjson.dumps(longer)) > 8_192
