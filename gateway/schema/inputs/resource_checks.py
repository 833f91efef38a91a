"""What is true of a resource whether it is made or changed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from gateway.schema.inputs.problems import Problems
from gateway.schema.references import IdentifierInput
from graph.delivery import SendingRate
from graph.inbound.keywords import bare
from graph.money import micros_from_decimal
from graph.vocabulary import Channel, IdentifierType, UserErrorCode

_MOST_WORDS = 50
_LONGEST_WORD = 50
# In messages a second, as for an account.
_SLOWEST = Decimal("0.001")
_FASTEST = Decimal("99999.999")
_LARGEST_BURST = 999_999


def sender(given: str, problems: Problems) -> str | None:
    """The address that letters come from, in the form in which it is kept."""
    found = problems.identifier(IdentifierInput(type=IdentifierType.EMAIL, value=given), "sender")
    return found.value if found else None


def channels(given: Sequence[Channel], problems: Problems) -> tuple[Channel, ...]:
    """Each once, in the order given."""
    if not given:
        problems.add(UserErrorCode.REQUIRED, "A resource uses at least one channel.", "channels")
    return tuple(dict.fromkeys(given))


def sending_rate(rate: Decimal | None, burst: int | None, problems: Problems) -> SendingRate | None:
    """Without a burst as many as in a second may leave at once."""
    if rate is None:
        if burst is not None:
            problems.add(UserErrorCode.INVALID, "Only beside a rate is there a burst: name both.", "burst")
        return None
    if not _SLOWEST <= rate <= _FASTEST or rate % _SLOWEST:
        message = f"Must be from {_SLOWEST} to {_FASTEST}, with three decimal places at most."
        problems.add(UserErrorCode.INVALID, message, "rate")
        return None
    most = max(int(rate), 1) if burst is None else burst
    if not 1 <= most <= _LARGEST_BURST:
        problems.add(UserErrorCode.INVALID, f"Must be from 1 to {_LARGEST_BURST}.", "burst")
    return SendingRate(micros_from_decimal(rate), most)


def words(given: Sequence[str] | None, problems: Problems, name: str) -> tuple[str, ...]:
    """Each once, in the order given."""
    found = [problems.text(each, name, str(n), longest=_LONGEST_WORD) for n, each in enumerate(given or ())]
    for n, each in enumerate(found):
        if each and not bare(each):
            problems.add(UserErrorCode.INVALID, "Holds neither a letter nor a digit.", name, str(n))
    if len(found) > _MOST_WORDS:
        problems.add(UserErrorCode.LIMIT_EXCEEDED, f"At most {_MOST_WORDS} words.", name)
    return tuple(dict.fromkeys(found))
