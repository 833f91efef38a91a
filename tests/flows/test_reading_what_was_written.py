"""A bookmark comes with a mutation and goes with the next request, whichever gateway that reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from tests.conftest import Stack

_MAKE = """mutation { upsertProfile(input: {identifiers: [{type: EXTERNAL, namespace: "bookmarks", value: "1"}],
  set: {city: "Leeds"}}) { profile { id } userErrors { message } } }"""
_READ = '{ profile(by: {identifier: {type: EXTERNAL, namespace: "bookmarks", value: "1"}}) { city } }'


def _post(stack: Stack, document: str, bookmark: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {stack.admin_key}"}
    if bookmark is not None:
        headers["Customer-Graph-Bookmark"] = bookmark
    return httpx.post(f"{stack.url}/graphql", json={"query": document}, headers=headers, timeout=30)


def test_a_mutation_gives_a_bookmark_that_the_next_request_may_bring_back(stack: Stack) -> None:
    written = _post(stack, _MAKE)
    assert written.json()["data"]["upsertProfile"]["userErrors"] == []
    bookmark = written.headers["customer-graph-bookmark"]

    read = _post(stack, _READ, bookmark)
    assert read.json() == {"data": {"profile": {"city": "Leeds"}}}
    assert "customer-graph-bookmark" not in read.headers


def test_a_bookmark_that_was_not_given_out_is_refused_before_anything_is_done(stack: Stack) -> None:
    bookmark = _post(stack, _MAKE).headers["customer-graph-bookmark"]
    for forged in ("x", bookmark[:-1] + ("A" if bookmark[-1] != "A" else "B"), "%C3" * 10):
        answer = _post(stack, _READ, forged)
        assert answer.status_code == 400
        assert "data" not in answer.json()
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
