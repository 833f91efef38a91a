from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from dispatch.tracked_letters import TrackedLetters
from graph.delivery import Delivery
from graph.reach import ReachFacts
from graph.tracking.links import LONGEST_TARGET, ClickLink, TrackingLinks
from graph.vocabulary import Channel, MessagePurpose

LINKS = TrackingLinks((b"t" * 32,))
LETTERS = TrackedLetters("https://c.example/graph", LINKS)
HTML = '<body><a href="https://shop.example/?a=1&amp;b=2">Offer</a></body>'
NEWS = Delivery(
    message_id="msg_01JABCDEFG0123456789ABCDEF",
    channel=Channel.EMAIL,
    purpose=MessagePurpose.MARKETING,
    attempt=1,
    facts=ReachFacts(None, None),
    address="reader@example.org",
    sender="shop@example.com",
    text="See https://shop.example/",
    html=HTML,
)
_PICTURE = re.compile(r'<img src="https://c\.example/graph/o/([\w-]+)" width="1" height="1" alt="">')
_LINK = re.compile(r'"https://c\.example/graph/c/([\w-]+)"')


def html_of(**changes: Any) -> str:
    return LETTERS.html_for(replace(NEWS, **changes)) or ""


def test_news_tell_of_opens_and_clicks_and_name_nobody() -> None:
    html = html_of()

    (picture,), (link,) = _PICTURE.findall(html), _LINK.findall(html)
    assert LINKS.opened(picture) == NEWS.message_id
    assert LINKS.clicked(link) == ClickLink(NEWS.message_id, "https://shop.example/?a=1&b=2")
    assert _LINK.sub('"https://shop.example/?a=1&amp;b=2"', _PICTURE.sub("", html)) == HTML
    assert html.endswith(f"{_PICTURE.search(html)[0]}</body>")  # type: ignore[index]  # it was found above


def test_every_try_of_one_message_is_the_same_letter_and_another_message_another() -> None:
    assert html_of() == html_of(attempt=2)
    assert html_of() != html_of(message_id="msg_01JABCDEFG0123456789ABCDEG")


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": MessagePurpose.TRANSACTIONAL},
        {"purpose": MessagePurpose.CONFIRMATION},
        {"channel": Channel.WEB_PUSH},
        {"track_opens": False, "track_clicks": False},
    ],
)
def test_receipts_other_channels_and_who_does_not_want_it_are_not_tracked(changes: dict[str, Any]) -> None:
    assert html_of(**changes) == HTML


@pytest.mark.parametrize("html", [None, ""])
def test_a_letter_without_html_stays_without(html: str | None) -> None:
    assert LETTERS.html_for(replace(NEWS, html=html)) == html


def test_opens_and_clicks_are_chosen_apart() -> None:
    only_opens, only_clicks = html_of(track_clicks=False), html_of(track_opens=False)

    assert (len(_PICTURE.findall(only_opens)), len(_LINK.findall(only_opens))) == (1, 0)
    assert (len(_PICTURE.findall(only_clicks)), len(_LINK.findall(only_clicks))) == (0, 1)


@pytest.mark.parametrize(
    "href",
    [
        "mailto:shop@example.com",
        "tel:+4930123456",
        "#top",
        "/offers",
        "//shop.example/",
        "javascript:alert(1)",
        "{{ offer.url }}",
        "https://shop.example/{{ offer.key }}",
        "https://shop.example/{% if a %}",
        "https://c.example/graph/u/token",
        "https://c.example/graph/c/token",
        "https://shop.example@evil.example/",
        "https://sh\u00f6p.example/",
        f"https://shop.example/{'a' * LONGEST_TARGET}",
    ],
)
def test_what_is_no_page_or_our_own_or_too_long_stays(href: str) -> None:
    html = f'<a href="{href}">x</a>'

    assert html_of(html=html, track_opens=False) == html


def test_a_key_stands_in_no_repr() -> None:
    assert "TrackingLinks" not in repr(LETTERS)
