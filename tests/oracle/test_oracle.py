"""The fast path against the oracle: a sample of what `make thorough` does, and every difference that was ever found."""

from __future__ import annotations

import pytest

from graph.reading import compile as compiler
from graph.reading import connection
from tests.oracle.asking import REFUSING
from tests.oracle.cases import ALL_SCOPES, Case
from tests.oracle.documents import Documents
from tests.oracle.found_differences import FOUND
from tests.oracle.harness import Differs, Harness, Tally, dear_reads
from tests.oracle.not_yet import NOT_YET
from tests.oracle.sampling import sample

_SEED, _EXAMPLES = 1, 80
_SCANNING_EXAMPLES = 40
_DEAR_EXAMPLES = 40
_SCANNED = (
    "profile messages purchases nodes edges cursor pageInfo endCursor startCursor hasNextPage statuses states filter"
)


@pytest.mark.timeout(300)
async def test_random_documents_get_the_answer_of_the_oracle(harness: Harness) -> None:
    documents = Documents(harness.oracle.schema, harness.pool())
    assert await harness.failures(sample(documents, _SEED, _EXAMPLES)) == []
    tally = harness.tally
    assert tally.documents == _EXAMPLES
    # A sample in which most is refused, or nothing is ever wrong, would prove little.
    assert tally.with_data > tally.runs * 0.7
    assert {"FORBIDDEN", "AMBIGUOUS_MATCH"} <= set(tally.errors)
    assert not REFUSING.isdisjoint(tally.errors)
    assert not tally.refuses_too_much


async def test_what_is_refused_as_too_dear_would_get_the_answer_of_the_oracle(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness = Harness(harness.graph, harness.world)
    monkeypatch.setattr(compiler, "LARGEST_COST", 60)
    cases = sample(Documents(harness.oracle.schema, harness.pool()), _SEED, _DEAR_EXAMPLES)
    assert await harness.failures(cases) == []
    assert harness.tally.refuses_too_much
    refused, harness.refused, harness.tally = harness.refused, [], Tally()
    assert len(refused) > _DEAR_EXAMPLES // 4
    with dear_reads():
        assert await harness.failures(refused) == []
    # What is refused still is too large as a document, whatever it would cost.
    assert harness.tally.errors["COST_EXCEEDED"] == 0
    assert harness.tally.with_data > harness.tally.runs // 2


async def test_filtered_pages_end_early_where_they_looked_at_enough(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SCAN_BOUND", 5)
    early = Harness(harness.graph, harness.world, scan_bound=5)
    # Which conditions of these an index serves is no promise, so neither is where their pages end.
    hidden = NOT_YET | {"Query.profiles(filter)"}
    aims = frozenset(_SCANNED.split())
    documents = Documents(early.oracle.schema, early.pool(), aims, hidden)
    assert await early.failures(sample(documents, _SEED, _SCANNING_EXAMPLES)) == []


@pytest.mark.parametrize("name", sorted(FOUND))
async def test_a_difference_that_was_found_is_gone(harness: Harness, name: str) -> None:
    await harness.check(FOUND[name](harness.world))


async def test_a_wrong_answer_is_seen(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case("{ profiles(first: 3) { nodes { id revision } } }")
    await harness.check(case)
    right = harness.oracle.answer(case.document, {}, ALL_SCOPES)
    person = harness.world.by_id[right.data["profiles"]["nodes"][1]["id"]]
    # To the oracle one number is another one than the graph has.
    monkeypatch.setattr(person, "revision", right.data["profiles"]["nodes"][1]["revision"] + 1)

    with pytest.raises(Differs, match="revision"):
        await harness.check(case)
