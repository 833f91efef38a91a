from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bench.reading.data.chance import chance
from bench.reading.operation import Operation, Parameters
from graph.connection import Graph
from graph.statement import Statement

_TIMEOUT_MS = 60_000
_SETS = 200
_POUNDS = (50, 100, 200, 300)

# Who bought most: their pages are full.
_RICH: Final = Statement(
    "bench_rich",
    """
    MATCH (u:Purchase)
    WITH u.profileId AS id, count(*) AS purchases ORDER BY purchases DESC, id LIMIT $limit
    RETURN collect(id)
    """,
    _TIMEOUT_MS,
)
_PROFILES: Final = Statement("bench_ids", "MATCH (p:Profile) WITH p ORDER BY p.id RETURN collect(p.id)", _TIMEOUT_MS)
# Countries that have both many people and many buyers.
_COUNTRIES: Final = Statement(
    "bench_countries",
    """
    MATCH (p:Profile)<-[:BY]-(:Purchase)
    WITH p.country AS country, count(DISTINCT p) AS buyers ORDER BY buyers DESC, country LIMIT $limit
    RETURN collect(country)
    """,
    _TIMEOUT_MS,
)
_PURCHASES: Final = Statement(
    "bench_purchases",
    """
    MATCH (u:Purchase {kind: 'SALE'})
    WHERE 10 <= COUNT { (u)-[:CONTAINS]->() } <= 20
    WITH u ORDER BY u.sourceKey
    RETURN collect(u.id)
    """,
    _TIMEOUT_MS,
)


async def parameters(graph: Graph) -> Mapping[Operation, Sequence[Parameters]]:
    """The same for the same data; many of each, so that hardly an answer is one that was just given."""
    drawn = chance("parameters")
    countries = await graph.read(_COUNTRIES, limit=8)
    people = [Parameters(country=country, over=over) for country in countries for over in _POUNDS]
    drawn.shuffle(people)
    return {
        Operation.PROFILE_PAGE: [Parameters(id=each) for each in await graph.read(_RICH, limit=_SETS)],
        Operation.SCALARS: [Parameters(id=each) for each in drawn.sample(await graph.read(_PROFILES), _SETS)],
        Operation.PEOPLE: people,
        Operation.PURCHASE: [Parameters(id=each) for each in drawn.sample(await graph.read(_PURCHASES), _SETS)],
    }
