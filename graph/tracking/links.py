"""What the picture and the links in a letter carry, so that its opens and clicks find it again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.signer import Signer

# A token of such a link is 2,800 letters long: the id and the signature take the rest, and Base64 a third more.
LONGEST_TARGET: Final = 2_000
_LONGEST_OPEN_TOKEN: Final = 512
_LONGEST_CLICK_TOKEN: Final = 2_800
_OPEN: Final = "open"
_CLICK: Final = "click"

# What may stand in a Location header as it is. Neither a name before the host, in front of which it can look like
# another host, nor a backslash, which browsers take for a slash.
_TARGET: Final = re.compile(
    r"https?://(?:[A-Z0-9][A-Z0-9._-]*|\[[0-9A-F:.]+\])(?::[0-9]{1,5})?(?:[/?#][!#-;=?-\[\]-~]*)?",
    re.IGNORECASE | re.ASCII,
)


def is_target(url: str) -> bool:
    """Whether a click may lead there: an http or https address in ASCII, of at most 2,000 characters."""
    return len(url) <= LONGEST_TARGET and _TARGET.fullmatch(url) is not None


@dataclass(frozen=True, slots=True)
class ClickLink:
    """A link of one letter. The address that the letter went to is not in it; the URL may be somebody's own."""

    message_id: str
    url: str = field(repr=False)


class TrackingLinks:
    """Turns letters and their links into tokens that only a holder of the key can make, and back.

    They never expire: a letter may be opened years later, and its links have to lead on for as long. Where a click
    leads stands in the token itself, so that the redirect needs no graph and leads nowhere that we have not signed.
    """

    __slots__ = ("_clicks", "_opens")

    def __init__(self, keys: Sequence[bytes]) -> None:
        """The first key signs; the others are older ones whose tokens still count."""
        self._opens = Signer(keys, _LONGEST_OPEN_TOKEN)
        self._clicks = Signer(keys, _LONGEST_CLICK_TOKEN)

    def open_token(self, message_id: str) -> str:
        """Letters, digits, `-` and `_`, as also those of clicks: it may stand in a URL."""
        return self._opens.token((_OPEN, message_id))

    def click_token(self, link: ClickLink) -> str:
        """Raises ValueError where `is_target` is false for the URL."""
        if not is_target(link.url):
            raise ValueError("a click cannot lead there")
        return self._clicks.token((_CLICK, link.message_id, link.url))

    def opened(self, token: str) -> str:
        """The message's id. Raises ValueError for what is not the token of a picture, made with one of the keys."""
        match self._opens.words(token):
            case [kind, message_id] if kind == _OPEN:
                return message_id
        raise ValueError("is not a token of ours")

    def clicked(self, token: str) -> ClickLink:
        """Raises ValueError for what is not the token of a link, made with one of the keys."""
        match self._clicks.words(token):
            case [kind, message_id, url] if kind == _CLICK and is_target(url):
                return ClickLink(message_id, url)
        raise ValueError("is not a token of ours")
