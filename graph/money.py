from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, localcontext

MICROS_PER_UNIT = 1_000_000
_MICROS_PER_HUNDREDTH = 10_000
_HUNDREDTHS = tuple(f".{hundredth:02d}" for hundredth in range(100))
# Neo4j's integers have 64 bits.
_LARGEST_MICROS = 2**63 - 1
# Python's own 28 digits would round a longer amount without a word.
_EXACT = Context(prec=64, traps=[Inexact, InvalidOperation, Overflow])


def micros_from_decimal(amount: str | int | Decimal) -> int:
    """Exact millionths of an amount.

    Raises ValueError for what is no finite decimal, has more than six decimal places, or does not fit 64 bits: an
    amount is never rounded.
    """
    try:
        with localcontext(_EXACT):
            scaled = Decimal(amount) * MICROS_PER_UNIT
            integral = scaled.to_integral_value()
    except Inexact as error:
        raise ValueError("has more than six decimal places") from error
    except (ArithmeticError, ValueError) as error:
        raise ValueError("is not a decimal number") from error
    if not scaled.is_finite():
        raise ValueError("is not a decimal number")
    if abs(scaled) > _LARGEST_MICROS:
        raise ValueError("is too large")
    if scaled != integral:
        raise ValueError("has more than six decimal places")
    return int(scaled)


def decimal_from_micros(micros: int) -> str:
    """The amount as a plain decimal with at least two places: 2550000 is "2.55", 1 is "0.000001"."""
    hundredths, finer = divmod(micros, _MICROS_PER_HUNDREDTH)
    if not finer and micros >= 0:
        # Almost every amount; a page has a hundred of them.
        return str(hundredths // 100) + _HUNDREDTHS[hundredths % 100]
    units, fraction = divmod(abs(micros), MICROS_PER_UNIT)
    places = f"{fraction:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if micros < 0 else ''}{units}.{places}"
