"""By which words people stop and start messages, as the carriers have them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from enum import auto
from typing import Final

from graph.vocabulary import Word

STOP_WORDS: Final = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS: Final = frozenset({"START", "YES", "UNSTOP"})


class Keyword(Word):
    STOP = auto()
    START = auto()


def keyword(text: str, more_stop: Iterable[str] = (), more_start: Iterable[str] = ()) -> Keyword | None:
    """What a message says that is one of the words as a whole, None where it is anything else.

    The words of the carriers always count, the given ones besides. Case does not, nor does what stands around the word
    and is neither letter nor digit. A word of both lists stops: nobody is written to who might have said no.
    """
    said = bare(text)
    if not said:
        return None
    if said in map(bare, (*STOP_WORDS, *more_stop)):
        return Keyword.STOP
    if said in map(bare, (*START_WORDS, *more_start)):
        return Keyword.START
    return None


def bare(text: str) -> str:
    """From the first letter or digit to the last with its marks, in one case, with single spaces."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kinds = [unicodedata.category(letter)[0] for letter in folded]
    places = [place for place, kind in enumerate(kinds) if kind in "LN"]
    if not places:
        return ""
    end = places[-1] + 1
    while end < len(kinds) and kinds[end] == "M":
        end += 1
    return " ".join(folded[places[0] : end].split())
