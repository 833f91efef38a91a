from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gateway.imports.shop_line import ShopLine


def product_names(lines: Iterable[ShopLine]) -> dict[str, str]:
    """The name of each SKU that has one: the description most of its rows carry, of two equals the earlier.

    Rows with a price count before rows without: those are corrections of stock, described as "damaged" or "thrown
    away". A SKU whose rows are all undescribed has no name.
    """
    priced: dict[str, Counter[str]] = {}
    unpriced: dict[str, Counter[str]] = {}
    for line in lines:
        if line.description:
            counters = priced if line.unit_micros else unpriced
            counters.setdefault(line.sku, Counter())[line.description] += 1
    return {sku: descriptions.most_common(1)[0][0] for sku, descriptions in (unpriced | priced).items()}
