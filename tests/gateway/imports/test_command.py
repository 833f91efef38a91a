from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from graph.connection import Graph
from graph.settings import GraphSettings
from tests.gateway.imports.graph_counts import counts, state
from tests.gateway.imports.shop_text import row, shop_file


def imported(settings: GraphSettings, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway.cli", "import", "online-retail", *arguments],
        env={
            **os.environ,
            "GRAPH_URI": settings.uri,
            "CUSTOMER_GRAPH_DATA": str(folder / "data"),
            "CUSTOMER_GRAPH_SECRET": "the secret of this test",
        },
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def rejects_of(file: Path) -> list[list[str]]:
    with Path(f"{file}.rejects.csv").open(newline="", encoding="utf-8") as rejects:
        return list(csv.reader(rejects))


async def test_the_summary_says_what_came_and_where_the_rejects_are(
    graph: Graph, graph_settings: GraphSettings, tmp_path: Path
) -> None:
    bad = row("2", quantity="?").replace("WHITE HEART", '"WHITE, ""HEART"""')
    file = shop_file(tmp_path / "f.csv", row("1"), bad, row("C3", quantity="-2", customer=""), "", row("2"))

    done = imported(graph_settings, tmp_path, "--incomplete", "reject", str(file))

    assert done.returncode == 0
    said = done.stdout.splitlines()
    assert said[:6] == [
        "lines      4 read, 2 kept, 2 rejected",
        "sales      1 (1 created, 0 unchanged)",
        "returns    1 (1 created, 0 unchanged)",
        "profiles   2 (1 known, 1 anonymous; 2 created)",
        "products   1 (1 created)",
        "total      GBP -2.55",
    ]
    assert said[7:] == [
        "rejected   1 INCOMPLETE_INVOICE",
        "rejected   1 NUMBER",
        "           An invoice with a refused row is refused whole, so that no purchase has a wrong total.",
        f"rejects    {file}.rejects.csv",
    ]
    assert "Traceback" not in done.stderr
    assert rejects_of(file) == [
        ["line", "code", "reason", "row"],
        ["3", "NUMBER", "Quantity is not a whole number", bad],
        [
            "6",
            "INCOMPLETE_INVOICE",
            "belongs to an invoice whose line 3 was refused (NUMBER)",
            row("2"),
        ],
    ]
    assert (await counts(graph))["lines"] == 2


async def test_kept_purchases_that_lack_a_row_are_counted(
    graph: Graph, graph_settings: GraphSettings, tmp_path: Path
) -> None:
    file = shop_file(tmp_path / "f.csv", row("2", quantity="?"), row("2"))

    done = imported(graph_settings, tmp_path, str(file))

    said = done.stdout.splitlines()
    assert said[0] == "lines      2 read, 1 kept, 1 rejected"
    assert said[-3:] == [
        "rejected   1 NUMBER",
        "caution    1 purchases were kept without their refused lines",
        f"rejects    {file}.rejects.csv",
    ]
    assert [each[:2] for each in rejects_of(file)] == [["line", "code"], ["2", "NUMBER"]]
    assert (await counts(graph))["lines"] == 1


async def test_mended_rows_leave_no_old_rejects_behind(
    graph: Graph, graph_settings: GraphSettings, tmp_path: Path
) -> None:
    imported(graph_settings, tmp_path, str(shop_file(tmp_path / "f.csv", row("1", quantity="?"))))

    done = imported(graph_settings, tmp_path, str(shop_file(tmp_path / "f.csv", row("1"))))

    assert done.returncode == 0
    assert (tmp_path / "f.csv.rejects.csv").read_text() == "line,code,reason,row\n"
    assert (await counts(graph))["sales"] == 1


@pytest.mark.parametrize("content", [None, b"", b"a,b\n1,2\n", b"\x1f\x8bnonsense"])
async def test_what_is_no_such_file_is_one_line_and_changes_nothing(
    graph: Graph, graph_settings: GraphSettings, tmp_path: Path, content: bytes | None
) -> None:
    before = await state(graph)
    file = tmp_path / "f.csv"
    if content is not None:
        file.write_bytes(content)

    done = imported(graph_settings, tmp_path, str(file), "--rejects", str(tmp_path / "rejects.csv"))

    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("customer-graph: ")
    assert not (tmp_path / "rejects.csv").exists()
    assert await state(graph) == before


async def test_no_stack_and_no_address_is_one_line(tmp_path: Path) -> None:
    file = shop_file(tmp_path / "f.csv", row("1"))

    done = imported(GraphSettings(""), tmp_path, str(file))

    assert done.returncode == 1
    assert done.stderr == "customer-graph: GRAPH_URI is not set and no stack is running on this data folder\n"
