"""Tokens of pictures and links: nobody else makes one, and none leads where we have not signed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.subscribing.leave_links import LeaveLink, LeaveLinks
from graph.tracking.links import LONGEST_TARGET, ClickLink, TrackingLinks, is_target

KEY = b"t" * 32
LINKS = TrackingLinks((KEY,))
MESSAGE = "msg_01JD0000000000000000000000"
LONGEST = f"https://shop.example/{'a' * (LONGEST_TARGET - 21)}"


@pytest.mark.parametrize(
    "url", ["https://shop.example", LONGEST, "http://[::1]:8080/?a=1#b", "HTTPS://a.example/%C3%A9"]
)
def test_a_click_comes_back_as_it_was_signed(url: str) -> None:
    token = LINKS.click_token(ClickLink(MESSAGE, url))

    assert LINKS.clicked(token) == ClickLink(MESSAGE, url)
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "url",
    [
        "",
        f"{LONGEST}a",
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:ann@example.com",
        "//shop.example/",
        "/path",
        "https:/shop.example",
        "https://",
        "https:///shop.example",
        "https://shop.example@evil.example/",
        "https://shop.example\\@evil.example/",
        "https://shop.example:port/",
        "https://shop.example/a b",
        "https://shop.example/\r\nSet-Cookie: a=b",
        "https://shop.example/\n",
        "https://sh\u00f6p.example/",
        "https://shop.example/\u00e9",
        " https://shop.example/",
        'https://shop.example/"<>',
    ],
)
def test_a_click_leads_only_to_pages(url: str) -> None:
    assert not is_target(url)
    with pytest.raises(ValueError, match="a click cannot lead there"):
        LINKS.click_token(ClickLink(MESSAGE, url))


def test_a_picture_is_no_link_and_a_link_no_picture_nor_is_a_page_where_people_say_no() -> None:
    leave = LeaveLinks((KEY,)).token(LeaveLink("idn_1", "res_1", MESSAGE))
    assert LINKS.opened(LINKS.open_token(MESSAGE)) == MESSAGE
    for read, token in (
        (LINKS.clicked, LINKS.open_token(MESSAGE)),
        (LINKS.opened, LINKS.click_token(ClickLink(MESSAGE, "https://shop.example/"))),
        (LINKS.clicked, leave),
        (LINKS.opened, leave),
    ):
        with pytest.raises(ValueError, match="is not a token of ours"):
            read(token)


def test_room_for_long_links_is_given_to_them_alone() -> None:
    assert len(LINKS.click_token(ClickLink(MESSAGE, LONGEST))) <= 2_800
    with pytest.raises(ValueError, match="is not a token of ours"):
        LINKS.opened(LINKS.open_token("m" * 400))
    with pytest.raises(ValueError, match="is not a token of ours"):
        LeaveLinks((KEY,)).link(LeaveLinks((KEY,)).token(LeaveLink("i" * 200, "r" * 200, MESSAGE)))


def test_tokens_of_an_older_key_still_lead_on_and_those_of_a_strange_one_nowhere() -> None:
    link = ClickLink(MESSAGE, "https://shop.example/")
    old = TrackingLinks((b"o" * 32,))

    assert TrackingLinks((KEY, b"o" * 32)).clicked(old.click_token(link)) == link
    with pytest.raises(ValueError, match="is not a token of ours"):
        LINKS.clicked(old.click_token(link))


@given(st.text() | st.binary(max_size=200).map(lambda found: found.hex()))
def test_whatever_was_not_signed_is_not_ours(text: str) -> None:
    for read in (LINKS.opened, LINKS.clicked):
        with pytest.raises(ValueError, match="is not a token of ours"):
            read(text)


@given(st.data())
def test_no_letter_of_a_token_can_be_another(data: st.DataObject) -> None:
    token = LINKS.click_token(ClickLink(MESSAGE, "https://shop.example/"))
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("AbZ09-_").filter(lambda letter: letter != token[at]))

    with pytest.raises(ValueError, match="is not a token of ours"):
        LINKS.clicked(token[:at] + other + token[at + 1 :])


def test_a_link_shows_nobody_where_it_leads() -> None:
    assert "shop.example" not in repr(ClickLink(MESSAGE, "https://shop.example/?who=ann"))
