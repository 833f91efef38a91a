"""What a search finds where there is more than it looks at."""

from __future__ import annotations

from typing import Any

import pytest

from graph.reading.searched import MOST_CANDIDATES
from tests.graph.reading.conftest import Ask, Write

_NAMED = """
UNWIND range(1, $number) AS n
CREATE (:Profile {id: 'prf_ann_' + n, status: 'SUBSCRIBED', kind: 'LEAD', revision: 1, firstName: 'Ann',
    createdAt: datetime({epochMillis: n})})
"""
_ADDRESSED = """
UNWIND range(1, $number) AS n
CREATE (p:Profile {id: 'prf_' + n, status: 'SUBSCRIBED', kind: 'LEAD', revision: 1,
    createdAt: datetime({epochMillis: n})})
CREATE (:Identifier {id: 'idn_' + n, key: 'EMAIL::ann' + n + '@x.example', type: 'EMAIL'})-[:IDENTIFIES]->(p)
"""
# One address that so many share.
_SHARED = """
CREATE (i:Identifier {id: 'idn_all', key: 'EMAIL::ann@x.example', type: 'EMAIL'})
WITH i UNWIND range(1, $number) AS n
CREATE (i)-[:IDENTIFIES]->(:Profile {id: 'prf_' + n, status: 'SUBSCRIBED', kind: 'LEAD', revision: 1,
    createdAt: datetime({epochMillis: n})})
"""
_GOODS = """
UNWIND range(1, $number) AS n
CREATE (:Product {id: 'pro_' + n, sourceKey: 'shop:' + n, source: 'shop', sku: $sku + n, name: $name})
"""


async def counted(ask: Ask, document: str) -> tuple[int, bool]:
    answer = await ask(f"{{ found: {document} {{ count {{ value exact }} }} }}")
    assert answer.errors == ()
    data: Any = answer.data
    return data["found"]["count"]["value"], data["found"]["count"]["exact"]


@pytest.mark.parametrize(
    ("written", "search"), [(_NAMED, "ann"), (_ADDRESSED, "ann1"), (_ADDRESSED, "ann"), (_SHARED, "ann")]
)
@pytest.mark.parametrize("beyond", [0, 1])
async def test_a_count_of_people_says_whether_there_were_more_than_a_search_looks_at(
    ask: Ask, write: Write, written: str, search: str, beyond: int
) -> None:
    number = MOST_CANDIDATES + beyond
    await write(written, number=number)
    # Of 1,000 addresses with numbers, 112 begin with a one, and of 1,001 one more.
    expected = 112 + beyond if search == "ann1" else MOST_CANDIDATES
    assert await counted(ask, f'profiles(search: "{search}")') == (expected, beyond == 0 or search == "ann1")
    narrowed = await counted(ask, f'profiles(search: "{search}", filter: {{countries: ["GB"]}})')
    assert narrowed == (0, beyond == 0 or search == "ann1")


@pytest.mark.parametrize(("sku", "name"), [("lamp", "Bulb"), ("l", "Lamp of the desk")])
@pytest.mark.parametrize("beyond", [0, 1])
async def test_so_does_a_count_of_products(ask: Ask, write: Write, sku: str, name: str, beyond: int) -> None:
    await write(_GOODS, number=MOST_CANDIDATES + beyond, sku=sku, name=name)

    assert await counted(ask, 'products(search: "lamp")') == (MOST_CANDIDATES, beyond == 0)


async def test_a_search_that_no_way_of_finding_is_open_to_finds_nobody_for_certain(ask: Ask) -> None:
    assert await counted(ask, 'profiles(search: "!")') == (0, True)
