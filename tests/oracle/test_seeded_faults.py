"""The oracle finds each of many mistakes that are made on purpose, by documents that know nothing of them.

A part of them is made here; CUSTOMER_GRAPH_THOROUGH=1 makes them all.
"""

from __future__ import annotations

import os
from random import Random

import pytest

from tests.oracle.documents import Documents
from tests.oracle.faults import FAULTS
from tests.oracle.harness import Harness

_MOST_DOCUMENTS = 300
_EVERY = 1 if os.environ.get("CUSTOMER_GRAPH_THOROUGH") else 24


@pytest.mark.parametrize("name", list(FAULTS)[::_EVERY])
async def test_the_oracle_finds_that(harness: Harness, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    fault = FAULTS[name]
    with monkeypatch.context() as sown:
        fault.sow(sown)
        # Plans that were made before are right, so nothing made before is used.
        faulty = Harness(harness.graph, harness.world)
        documents = Documents(faulty.oracle.schema, faulty.pool(), fault.aims)
        # The same documents every time.
        cases = (documents.case(Random(number)) for number in range(_MOST_DOCUMENTS))  # noqa: S311  # Documents for a test.
        found = await faulty.failures(cases, most=1)
    assert found
    # Without the mistake they get the oracle's answers, so that it is the mistake that was found.
    assert await Harness(harness.graph, harness.world).failures([each.case for each in found]) == []
