"""What an import of a shop's file wrote is found under the products that were bought."""

from __future__ import annotations

from pathlib import Path

from gateway.imports.history import SOURCE
from gateway.imports.online_retail import import_online_retail
from graph.connection import Graph
from tests.gateway.imports.shop_text import row, shop_file
from tests.graph.history.of_products import Listed, listed_under


async def test_imported_purchases_are_listed_once_under_each_of_their_products(graph: Graph, tmp_path: Path) -> None:
    file = shop_file(
        tmp_path / "f.csv",
        row("1", sku="A"),
        row("1", sku="A", price="0.10"),
        row("1", sku="B"),
        row("2", sku="A", date="2010-12-03 10:00:00", customer=""),
        row("C3", sku="A", quantity="-1", date="2010-12-02 10:00:00"),
    )

    await import_online_retail(graph, file)

    assert await listed_under(graph, SOURCE, "A") == Listed(("2", "C3", "1"), 3)
    assert await listed_under(graph, SOURCE, "B") == Listed(("1",), 1)


async def test_an_invoice_that_a_mended_file_completes_is_listed_under_all_of_its_products(
    graph: Graph, tmp_path: Path
) -> None:
    later = row("2", sku="A", date="2010-12-03 10:00:00")
    await import_online_retail(graph, shop_file(tmp_path / "f.csv", row("1", sku="A"), row("1", sku="B", quantity="?")))

    await import_online_retail(
        graph, shop_file(tmp_path / "mended.csv", row("1", sku="A"), row("1", sku="B", quantity="2"), later)
    )

    assert await listed_under(graph, SOURCE, "A") == Listed(("2", "1"), 2)
    assert await listed_under(graph, SOURCE, "B") == Listed(("1",), 1)
