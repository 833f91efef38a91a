"""Everybody of the test world, at every resource, for every purpose: reach is what the design says."""

from __future__ import annotations

from collections import Counter

import pytest

from graph.vocabulary import MessagePurpose
from tests.oracle import words
from tests.oracle.cases import ALL_SCOPES, Case
from tests.oracle.founding import INSTANTS
from tests.oracle.harness import Harness, dear_reads
from tests.oracle.scalars import instant_text

_DOCUMENT = """
query ($resource: ResourceRef!, $category: CategoryRef, $channel: Channel, $purpose: MessagePurpose!, $at: DateTime) {
  profiles(first: 100) { nodes { reach(
    resource: $resource, category: $category, channel: $channel, purpose: $purpose, at: $at
  ) { reachable refusedBy reason retryAt
      verdicts { rank reachable refusedBy reason retryAt subscription { id address { masked } } } } } }
}
"""


@pytest.mark.parametrize("purpose", list(MessagePurpose))
async def test_everybody_is_reached_as_the_oracle_says(harness: Harness, purpose: MessagePurpose) -> None:
    middle = sorted(INSTANTS)[len(INSTANTS) // 2]
    asked = [
        {"resource": {"key": key}, "category": category, "channel": channel, "purpose": purpose.value, "at": at}
        for key in words.RESOURCE_KEYS
        for category in (None, *({"key": each} for each in words.CATEGORY_KEYS[:2]))
        for channel, at in ((None, None), (None, instant_text(middle)), ("EMAIL", None))
    ]
    seen: Counter[str | None] = Counter()
    with dear_reads():
        for variables in asked:
            await harness.check(Case(_DOCUMENT, (variables,)))
            right = harness.oracle.answer(_DOCUMENT, variables, ALL_SCOPES)
            for node in right.data["profiles"]["nodes"]:
                seen.update(each["refusedBy"] for each in node["reach"]["verdicts"])
                seen[node["reach"]["refusedBy"]] += 1

    # What nobody of this world is refused by was not compared.
    assert {None, "NO_SUBSCRIPTION", "PROFILE_STATUS", "SUBSCRIPTION_STATUS"} <= seen.keys()
    if purpose is MessagePurpose.MARKETING:
        assert {"CONSENT_EXPIRED", "CATEGORY", "SUPPRESSION"} <= seen.keys()
