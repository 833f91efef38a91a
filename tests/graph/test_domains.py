"""Addresses that were made before they had a domain get it page by page, and are not touched twice."""

from __future__ import annotations

import pytest

from graph import migrations
from graph.connection import Graph
from graph.migrations import MIGRATIONS, migrate
from graph.statement import Statement

WRITE_OLD = Statement(
    "write_old",
    """
    UNWIND range(1, 6000) AS n
    CREATE (:Identifier {id: 'idn_' + toString(10000 + n), key: 'EMAIL::a' + n + '@Mail' + (n % 2) + '.Example.com',
        type: CASE WHEN n % 3 = 0 THEN 'CUSTOM' ELSE 'EMAIL' END, value: 'a' + n + '@Mail' + (n % 2) + '.Example.com'})
    """,
    timeout_ms=60_000,
)
QUOTED = Statement(
    "quoted", "CREATE (:Identifier {id: 'idn_1', key: 'q', type: 'EMAIL', value: '\"a@b\"@Example.com'})"
)
DOMAINS = Statement(
    "domains",
    """
    MATCH (i:Identifier) WITH i.type AS type, i.domain AS domain, count(i) AS number
    ORDER BY type, domain, number
    RETURN collect([type, domain, number])
    """,
)


async def test_old_addresses_get_their_domain_and_nothing_else_does(
    untouched: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = next(each.version for each in MIGRATIONS if each.name == "blocked values and domains") - 1
    with monkeypatch.context() as earlier:
        earlier.setattr(migrations, "MIGRATIONS", MIGRATIONS[:before])
        await migrate(untouched)
    await untouched.change(WRITE_OLD)
    await untouched.change(QUOTED)

    assert await migrate(untouched) == [each.version for each in MIGRATIONS[before:]]

    assert await untouched.read(DOMAINS) == [
        ["CUSTOM", None, 2_000],
        ["EMAIL", "example.com", 1],
        ["EMAIL", "mail0.example.com", 2_000],
        ["EMAIL", "mail1.example.com", 2_000],
    ]
