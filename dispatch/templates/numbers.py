"""Numbers in templates: whole ones stay whole, all others are decimal, so that money is exact."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from dispatch.templates.fault import TemplateFault

Number = int | Decimal

_MOST_DIGITS: Final = 18
_MOST_PLACES: Final = 9
_FINEST: Final = Decimal(1).scaleb(-_MOST_PLACES)


def number(value: object) -> Number:
    """Raises TemplateFault for what is none, or has too many digits."""
    if value is None or isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise TemplateFault("A filter for numbers was given something else.")
    if isinstance(value, int):
        return _bounded(value)
    try:
        return _bounded(Decimal(str(value).strip()))
    except InvalidOperation:
        raise TemplateFault("A filter for numbers was given something else.") from None


def plus(left: object, right: object) -> Number:
    return _bounded(number(left) + number(right))


def minus(left: object, right: object) -> Number:
    return _bounded(number(left) - number(right))


def times(left: object, right: object) -> Number:
    return _bounded(number(left) * number(right))


def divided_by(left: object, right: object) -> Number:
    """Of two whole numbers the whole part, rounded down."""
    over, under = number(left), number(right)
    if under == 0:
        raise TemplateFault("A number is divided by 0.")
    if isinstance(over, int) and isinstance(under, int):
        return over // under
    return _bounded(Decimal(over) / Decimal(under))


def modulo(left: object, right: object) -> Number:
    over, under = number(left), number(right)
    if under == 0:
        raise TemplateFault("A number is divided by 0.")
    return _bounded(over % under)


def rounded(value: object, places: object = 0) -> Number:
    """Halves go away from zero, as with money."""
    wanted = number(places)
    if not isinstance(wanted, int) or not 0 <= wanted <= _MOST_PLACES:
        raise TemplateFault(f"A number is rounded to 0 to {_MOST_PLACES} places.")
    exact = Decimal(number(value))
    if wanted == 0:
        return int(exact.to_integral_value(ROUND_HALF_UP))
    return exact.quantize(Decimal(1).scaleb(-wanted), ROUND_HALF_UP)


def ceil(value: object) -> int:
    return int(Decimal(number(value)).to_integral_value(ROUND_CEILING))


def floor(value: object) -> int:
    return int(Decimal(number(value)).to_integral_value(ROUND_FLOOR))


def absolute(value: object) -> Number:
    found = number(value)
    return -found if found < 0 else found


def at_least(value: object, bound: object) -> Number:
    return max(number(value), number(bound))


def at_most(value: object, bound: object) -> Number:
    return min(number(value), number(bound))


def _bounded(value: Number) -> Number:
    if isinstance(value, int):
        if abs(value) >= 10**_MOST_DIGITS:
            raise TemplateFault("A number is too large.")
        return value
    if not value.is_finite() or value.adjusted() >= _MOST_DIGITS:
        raise TemplateFault("A number is too large.")
    if value == 0:
        return Decimal(0)
    exponent = value.as_tuple().exponent
    return value.quantize(_FINEST) if isinstance(exponent, int) and exponent < -_MOST_PLACES else value


FILTERS: Final[dict[str, Callable[..., object]]] = {
    "plus": plus,
    "minus": minus,
    "times": times,
    "divided_by": divided_by,
    "modulo": modulo,
    "round": rounded,
    "ceil": ceil,
    "floor": floor,
    "abs": absolute,
    "at_least": at_least,
    "at_most": at_most,
}
