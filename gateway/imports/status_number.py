from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graph.errors import Refusal, UserError
from graph.vocabulary import SubscriptionStatus, UserErrorCode

# Other systems write statuses down as numbers; these are those of the system that most lists come from.
_NUMBERED: Final = (
    SubscriptionStatus.SUBSCRIBED,
    SubscriptionStatus.UNSUBSCRIBED,
    SubscriptionStatus.COMPLAINED,
    SubscriptionStatus.HARD_BOUNCED,
    SubscriptionStatus.UNCONFIRMED,
    SubscriptionStatus.SUSPENDED,
    SubscriptionStatus.INVALID,
)
_BY_TEXT: Final[Mapping[str, SubscriptionStatus]] = {
    **{str(number): status for number, status in enumerate(_NUMBERED)},
    **{status.replace("_", ""): status for status in _NUMBERED},
}


def status_of(given: object, *path: str) -> SubscriptionStatus:
    """The status that a file means by a word in any spelling of capitals and gaps, or by a number from 0 to 6.

    Raises Refusal INVALID, said of `path`, for an eighth.
    """
    is_said = isinstance(given, str | int) and not isinstance(given, bool)
    # Python refuses to write down integers of thousands of digits.
    is_short = not isinstance(given, int) or given in range(len(_NUMBERED))
    found = _BY_TEXT.get(_spelled(str(given))) if is_said and is_short else None
    if found is None:
        message = f"Must be one of {', '.join(_NUMBERED)}, or its number from 0 to {len(_NUMBERED) - 1}."
        raise Refusal(UserError(UserErrorCode.INVALID, message, path or None))
    return found


def number_of(status: SubscriptionStatus) -> int:
    return _NUMBERED.index(status)


def _spelled(text: str) -> str:
    return text.strip().upper().replace("_", "").replace("-", "").replace(" ", "")
