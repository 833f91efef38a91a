from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from graph.connection import Transaction
from graph.ids import IdPrefix, new_id
from graph.source_key import source_key
from graph.statements import history as statements


@dataclass(frozen=True, slots=True)
class ProductKey:
    source: str
    sku: str

    @property
    def source_key(self) -> str:
        return source_key(self.source, self.sku)


@dataclass(frozen=True, slots=True)
class ProductReference:
    """One of the two: the id of a known product, or a key under which one is made where there is none."""

    id: str | None = None
    key: ProductKey | None = None


async def merged_products(
    transaction: Transaction, names: Mapping[ProductKey, str | None], now_ms: int
) -> dict[ProductKey, str]:
    """Ids by key; missing products are made, and a first name given. A name that is there stays."""
    if not names:
        return {}
    by_source_key = {key.source_key: key for key in names}
    rows = [
        {"key": text, "id": new_id(IdPrefix.PRODUCT), "source": key.source, "sku": key.sku, "name": names[key]}
        for text, key in sorted(by_source_key.items())
    ]
    found = await transaction.run(statements.MERGE_PRODUCTS, products=rows, now=now_ms)
    return {by_source_key[text]: product_id for text, product_id in found}


async def known_products(transaction: Transaction, ids: Collection[str]) -> frozenset[str]:
    return frozenset(await transaction.run(statements.PRODUCTS_BY_ID, ids=sorted(ids)) if ids else ())
