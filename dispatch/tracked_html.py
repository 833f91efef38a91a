"""Puts our own addresses in place of the links in a letter's html, and changes no other letter of it.

Tags are found as browsers find them (the tokenizer of the HTML standard), by patterns that each take one piece and
never give any of it back. Not by the library's `html.parser`: it says where a tag begins and not where in it a value
stands, so that each tag would be read a second time; how it reads scripts and comments changed with patch versions of
Python, and unfinished tags cost it the square of their number there (CVE-2025-6069). Here whatever is not finished ends
the reading, as in a browser, so that every letter is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from html.entities import html5
from typing import Final
from urllib.parse import quote

_MARKUP: Final = re.compile(
    r"<(?:(?P<slash>/?)(?P<name>[A-Za-z][^\t\n\f\r />]*+)|(?P<comment>!--)|(?P<declaration>[!?/]))"
)
_COMMENT: Final = re.compile(r"-?>|.*?--!?>", re.DOTALL)
_GAP: Final = re.compile(r"[\t\n\f\r /]*+")
_NAME: Final = re.compile(r"=?[^\t\n\f\r />=]*+")
_EQUALS: Final = re.compile(r"[\t\n\f\r ]*+=[\t\n\f\r ]*+")
_VALUE: Final = re.compile(r""""(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>(?=>)|(?!["'])[^\t\n\f\r >]++)""")
_SOUGHT: Final = frozenset({"a", "body"})
# What stands in these is text, whatever it looks like, up to the tag that ends them.
_TEXT: Final = {
    name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}
_REFERENCE: Final = re.compile(r"&(?:#[0-9]++;?|#[xX][0-9A-Fa-f]++;?|[A-Za-z][A-Za-z0-9]*+[;=]?)")
_LONGEST_REFERENCE: Final = 100
# Browsers leave these out of URLs, the first kind only at the ends.
_EDGES: Final = "".join(map(chr, range(0x21)))
_BREAKS: Final = re.compile(r"[\t\n\r]")
# What browsers leave in a URL as it is; `%` as well, so that nothing is encoded twice.
_KEPT: Final = "!#$%&'()*+,-./:;=?@[\\]^_`{|}~"


@dataclass(frozen=True, slots=True)
class _Place:
    """From `start` up to `end` and without it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    is_end: bool
    place: _Place
    values: Mapping[str, _Place]


def tracked(html: str, url_of: Callable[[str], str | None], picture: str) -> str:
    """`html` with what `url_of` answers in place of each link, and `picture` at the end of its body.

    A link is the `href` of an `a` that a browser would follow, so none in a comment, a script or a style, and it has
    not the attribute `data-no-track`. `url_of` is asked for the URL as a browser reads it: entities resolved, blanks
    at the ends left out, what is not ASCII encoded. Where it answers None the link stays; what it answers holds no
    blank, no quote and no angle bracket. The time it takes is proportional to the length, whatever `html` looks like.
    """
    body_end, links = len(html), list[tuple[_Place, str]]()
    for tag in _sought_tags(html):
        if tag.is_end:
            body_end = tag.place.start if tag.name == "body" else body_end
            continue
        place = _link(tag)
        url = url_of(_url(html[place.start : place.end])) if place else None
        if place and url:
            links.append((place, url))
    return _edited(html, sorted([*links, (_Place(body_end, body_end), picture)], key=lambda each: each[0].start))


def _edited(html: str, edits: list[tuple[_Place, str]]) -> str:
    pieces, done = list[str](), 0
    for place, text in edits:
        pieces += (html[done : place.start], text)
        done = place.end
    return "".join([*pieces, html[done:]])


def _link(tag: _Tag) -> _Place | None:
    return tag.values.get("href") if tag.name == "a" and "data-no-track" not in tag.values else None


def _sought_tags(html: str) -> Iterator[_Tag]:
    """Links, and the ends of bodies, as a browser sees them; it sees none behind something that does not end."""
    at = 0
    while found := _MARKUP.search(html, at):
        if found["name"] is None:
            end = _comment_end(html, found) if found["comment"] else html.find(">", found.end()) + 1
        else:
            name, values = found["name"].lower(), dict[str, _Place]()
            end = _take_values(html, found.end(), values)
            if end and name in _SOUGHT:
                yield _Tag(name, bool(found["slash"]), _Place(found.start(), end), values)
            if end and not found["slash"]:
                end = _text_end(html, name, end)
        if not end:
            return
        at = end


def _comment_end(html: str, found: re.Match[str]) -> int:
    """0 where there is none, as with the other ends."""
    comment = _COMMENT.match(html, found.end())
    return comment.end() if comment else 0


def _text_end(html: str, name: str, at: int) -> int:
    """The end of what is only text where a tag of this name stands before `at`."""
    if name == "plaintext":
        return 0
    if name not in _TEXT:
        return at
    end = _TEXT[name].search(html, at)
    return end.start() if end else 0


def _take_values(html: str, at: int, values: dict[str, _Place]) -> int:
    """Reads attributes up to the end of the tag. Of two with one name the first counts."""
    while True:
        at = _end(_GAP, html, at)
        if at == len(html):
            return 0
        if html[at] == ">":
            return at + 1
        name_end = _end(_NAME, html, at)
        name, place = html[at:name_end].lower(), _Place(name_end, name_end)
        at = name_end
        if equals := _EQUALS.match(html, at):
            value = _VALUE.match(html, equals.end())
            if value is None:
                return 0
            place, at = _Place(*value.span(value.lastgroup or 0)), value.end()
        values.setdefault(name, place)


def _end(pattern: re.Pattern[str], html: str, at: int) -> int:
    found = pattern.match(html, at)
    return found.end() if found else at


def _url(value: str) -> str:
    return quote(_BREAKS.sub("", _REFERENCE.sub(_resolved, value).strip(_EDGES)), safe=_KEPT)


def _resolved(reference: re.Match[str]) -> str:
    """In an attribute `&copy=1` is no sign of copyright, as which the library's own function would read it."""
    text = reference[0]
    if text[1] == "#":
        return unescape(text) if len(text) < _LONGEST_REFERENCE else "\ufffd"
    return html5.get(text[1:], text)
