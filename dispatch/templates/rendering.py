"""A template with its values in their places: what a message on one channel says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import orjson

from dispatch.templates.checking import Named, named_in
from dispatch.templates.compiled import compiled
from dispatch.templates.fault import TemplateFault
from graph.sending.content import (
    LONGEST_NOTE,
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    LONGEST_TITLE,
    LONGEST_URL,
    Content,
    ContentKind,
    Properties,
)
from graph.vocabulary import Channel

Path = tuple[str, ...]
# A letter's body is bounded by what any template may come to.
_LONGEST: Final[Mapping[tuple[ContentKind, str], int]] = {
    (ContentKind.EMAIL, "subject"): LONGEST_SUBJECT,
    (ContentKind.SMS, "text"): LONGEST_TEXT,
    (ContentKind.MESSENGER, "text"): LONGEST_TEXT,
    (ContentKind.PUSH, "subject"): LONGEST_TITLE,
    (ContentKind.PUSH, "text"): LONGEST_NOTE,
    (ContentKind.PUSH, "url"): LONGEST_URL,
    (ContentKind.PUSH, "icon"): LONGEST_URL,
}
# What input calls the properties of a message.
_NAMES: Final[Mapping[tuple[ContentKind, str], str]] = {
    (ContentKind.PUSH, "subject"): "title",
    (ContentKind.PUSH, "text"): "body",
}
# One line each.
_LINES: Final = frozenset({"subject", "url", "icon"})
_ADDRESSES: Final = frozenset({"url", "icon"})
_MAY_BE_EMPTY: Final = frozenset({(ContentKind.PUSH, "text")})


def rendered(content: Content, channel: Channel, values: Mapping[str, object]) -> Properties:
    """As a message on that channel holds it. Raises TemplateFault, which begins with the name of the part."""
    kind = content.kind(channel)
    found = dict(content.properties(channel))
    for name, source in found.items():
        if source is not None:
            found[name] = _rendered(kind, name, source, values)
    return found


def named(content: Content) -> Iterator[tuple[Path, Named]]:
    """What each part names, by its path below the content; a part that is no template has a fault."""
    for kind, part in content.parts():
        for name, source in part.properties().items():
            if source is not None:
                yield from _named(kind, name, source)


def _named(kind: ContentKind, name: str, source: str) -> Iterator[tuple[Path, Named]]:
    path = (kind.lower(),) if name == "payload" else (kind.lower(), _NAMES.get((kind, name), name))
    texts = _texts(orjson.loads(source), path) if name == "payload" else iter([(path, source)])
    for where, text in texts:
        try:
            yield where, named_in(compiled(text, is_html=name == "html"))
        except TemplateFault as fault:
            yield where, Named(faults=[fault])


def _rendered(kind: ContentKind, name: str, source: str, values: Mapping[str, object]) -> str:
    shown = _NAMES.get((kind, name), name)
    try:
        if name == "payload":
            found = _with_each_text(orjson.loads(source), lambda text: _text(text, values))
            return orjson.dumps(found).decode()
        text = compiled(source, is_html=name == "html").rendered(values)
        if name in _LINES:
            text = " ".join(text.split())
        _check(kind, name, text)
    except TemplateFault as fault:
        raise TemplateFault(f"{kind.lower()} {shown}: {fault.message}", fault.line) from None
    return text


def _text(source: str, values: Mapping[str, object]) -> str:
    return compiled(source, is_html=False).rendered(values)


def _check(kind: ContentKind, name: str, text: str) -> None:
    longest = _LONGEST.get((kind, name))
    if longest is not None and len(text) > longest:
        raise TemplateFault(f"Comes to more than {longest:,} characters.")
    if name in _ADDRESSES and not (text.startswith("https://") and " " not in text):
        raise TemplateFault("Comes to no web address by https.")
    if not text.strip() and (kind, name) not in _MAY_BE_EMPTY:
        raise TemplateFault("Comes to nothing.")


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Those in some JSON; names are none."""
    match value:
        case str():
            yield path, value
        case list():
            for place, each in enumerate(value):
                yield from _texts(each, (*path, str(place)))
        case dict():
            for name, each in value.items():
                yield from _texts(each, (*path, name))


def _with_each_text(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case list():
            return [_with_each_text(each, change) for each in value]
        case dict():
            return {name: _with_each_text(each, change) for name, each in value.items()}
        case _:
            return value
