from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.imports.online_retail import import_online_retail
from graph.connection import Graph
from graph.settings import GraphSettings
from graph.statement import Statement
from tests.gateway.imports.graph_counts import counts, state, sums
from tests.gateway.imports.shop_text import DATA_FILE, HEADER, row

_PURCHASES = Statement("purchases", "RETURN COUNT { (:Purchase) }")
_INVOICES = 4_000


def many_invoices(path: Path) -> Path:
    """Four thousand invoices of two lines, one customer on every tenth."""
    rows = (
        row(str(number), sku=f"S{number % 97}", customer=f"{number % 400 + 1}.0", quantity=str(position + 1))
        for number in range(100_000, 100_000 + _INVOICES)
        for position in range(2)
    )
    path.write_text("\n".join((HEADER, *rows)))
    return path


def started(file: Path, settings: GraphSettings, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "gateway.cli", "import", "online-retail", str(file), "--batch-lines", "100"],
        env={
            **os.environ,
            "GRAPH_URI": settings.uri,
            "CUSTOMER_GRAPH_DATA": str(folder / "data"),
            "CUSTOMER_GRAPH_SECRET": "the secret of this test",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.timeout(300)
async def test_an_import_killed_in_the_middle_is_completed_by_the_next(
    graph: Graph, graph_settings: GraphSettings, tmp_path: Path
) -> None:
    file = many_invoices(tmp_path / "f.csv")
    process = started(file, graph_settings, tmp_path)
    deadline = time.monotonic() + 120
    while await graph.read(_PURCHASES) < 200 and process.poll() is None and time.monotonic() < deadline:
        pass
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    partly = await counts(graph)
    assert 0 < partly["sales"] < _INVOICES
    assert partly["lines"] == 2 * partly["sales"]

    summary, rejects = await import_online_retail(graph, file)

    assert rejects == []
    # A transaction whose commit was under way when the process died may still have come through.
    assert partly["sales"] <= summary.sales.unchanged < _INVOICES
    assert summary.sales.created + summary.sales.unchanged == _INVOICES
    found = await counts(graph)
    assert (found["sales"], found["lines"], found["by"]) == (_INVOICES, 2 * _INVOICES, _INVOICES)
    assert (found["profiles"], found["external"], found["products"]) == (400, 400, 97)
    totals = await sums(graph)
    assert (totals["total"], totals["wrongTotals"]) == (_INVOICES * 3 * 2_550_000, 0)
    before = await state(graph)
    await import_online_retail(graph, file)
    assert await state(graph) == before


def test_the_sample_shop_lies_in_the_repository() -> None:
    assert DATA_FILE.stat().st_size == 2_003_837
