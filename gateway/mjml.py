"""Letters written in MJML, as HTML that mail programs show."""

from __future__ import annotations

import re
import threading
from threading import Thread
from typing import Final

import mrml

# The library goes one step down for each element within another, up to 6 kB of stack a step, and what runs off the end
# of the stack takes the whole process with it. No more steps than tags; so many are far from the end of this stack.
_MOST_TAGS: Final = 2_000
_STACK_BYTES: Final = 64 * 1024 * 1024
_TAG: Final = re.compile(r"<[A-Za-z]")

# The library breaks off in the middle of letters that take more than one byte, and prints what it was given then.
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_REFERENCE: Final = re.compile(r"&#x[0-9A-F]{2,6};")


class NotMjml(ValueError):
    """What was given cannot be made HTML. Its text quotes nothing of it."""


def html_of(mjml: str) -> str:
    """Raises NotMjml. Nothing is read from a disk or a network: an `mj-include` is an error.

    It takes 0.1 ms for each 1,000 characters of an ordinary letter, in which nothing else of the process runs.
    """
    if len(_TAG.findall(mjml)) > _MOST_TAGS:
        raise NotMjml(f"has more than {_MOST_TAGS:,} tags")
    letters = {_reference(letter): letter for letter in set(_NOT_ASCII.findall(mjml))}
    ascii_only = _NOT_ASCII.sub(lambda found: _reference(found[0]), mjml)
    made: list[str] = []
    size = threading.stack_size(_STACK_BYTES)
    try:
        thread = Thread(target=_convert, args=(ascii_only, made), name="mjml", daemon=True)
        thread.start()
    finally:
        threading.stack_size(size)
    thread.join()
    if not made:
        raise NotMjml("is not MJML, or has an mj-include")
    return _REFERENCE.sub(lambda found: letters.get(found[0], found[0]), made[0])


def _convert(mjml: str, made: list[str]) -> None:
    options = mrml.ParserOptions(include_loader=mrml.noop_loader())
    try:
        made.append(mrml.to_html(mjml, parser_options=options).content)
    except BaseException:  # noqa: BLE001  # A panic of the library is no Exception, and says no more than one.
        return


def _reference(letter: str) -> str:
    return f"&#x{ord(letter):X};"
