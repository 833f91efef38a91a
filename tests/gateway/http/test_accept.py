from __future__ import annotations

import pytest

from gateway.http.accept import GRAPHQL_RESPONSE, JSON, media_type_for


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", GRAPHQL_RESPONSE),
        ("application/json, application/graphql-response+json", JSON),
        ("application/json;q=0.5, application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/graphql-response+json;q=0, */*;q=0.1", JSON),
        ("text/html, */*;q=0.8", JSON),
        ("text/html", None),
        ("application/json;q=0", None),
        ("application/json;q=x", None),
        ("application/json; charset=utf-16", None),
        ("APPLICATION/JSON", JSON),
    ],
)
def test_the_answer_is_of_a_type_that_the_caller_takes(accept: str | None, expected: str | None) -> None:
    assert media_type_for(accept) == expected
