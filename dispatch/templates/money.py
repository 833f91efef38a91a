"""Amounts in templates: whole millionths, as everywhere, which a filter shows in their currency's own places."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from dispatch.templates.fault import TemplateFault
from graph.iso import CURRENCIES
from graph.money import MICROS_PER_UNIT

_PLACES: Final = 2
# ISO 4217, the minor units of those that have not two places.
_OTHER_PLACES: Final = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
_LARGEST: Final = 2**63


def money(value: object, currency: object) -> str:
    """An amount in millionths in whole units, like 12.50, rounded as its currency is; halves go away from zero.

    Raises TemplateFault for what is no such amount, or no currency of ISO 4217.
    """
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= _LARGEST:
        raise TemplateFault("The filter `money` was given something else than an amount in millionths.")
    if not isinstance(currency, str) or currency not in CURRENCIES:
        raise TemplateFault("The filter `money` was given something else than a currency.")
    places = Decimal(1).scaleb(-_OTHER_PLACES.get(currency, _PLACES))
    rounded = (Decimal(value) / MICROS_PER_UNIT).quantize(places, ROUND_HALF_UP)
    # A debt of less than half the smallest coin is none: adding nothing takes the sign off a zero.
    return f"{rounded + 0:f}"


FILTERS: Final[dict[str, Callable[..., object]]] = {"money": money}
