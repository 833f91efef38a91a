"""What a template may name: the words by which it speaks of the person, and of what the message is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PROFILE: Final = "profile"
ATTRIBUTES: Final = "attributes"
RESOURCE: Final = "resource"
SUBSCRIPTION: Final = "subscription"
DATA: Final = "data"
NOW: Final = "now"

PROFILE_FIELDS: Final = (
    "firstName",
    "lastName",
    "birthDate",
    "sex",
    "locale",
    "timezone",
    "country",
    "city",
    "createdAt",
)
KNOWN: Final[Mapping[str, frozenset[str]]] = {
    PROFILE: frozenset(PROFILE_FIELDS),
    ATTRIBUTES: frozenset(),
    DATA: frozenset(),
    RESOURCE: frozenset({"key", "title"}),
    SUBSCRIPTION: frozenset({"channel", "leaveUrl"}),
    NOW: frozenset(),
}
# Which of these there are the graph knows, or whoever sends.
FREE: Final = frozenset({ATTRIBUTES, DATA})
# These are values, and the others have fields.
WHOLE: Final = frozenset({NOW})
