"""Links of a letter lead by us, and nothing else in it changes."""

from __future__ import annotations

import time
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.tracked_html import tracked

PICTURE = "<img>"
OURS = "https://c.example/c/token"


def all_of(html: str) -> tuple[str, list[str]]:
    """With every link tracked, and the URLs that were asked for."""
    asked: list[str] = []

    def url_of(url: str) -> str:
        asked.append(url)
        return OURS

    return tracked(html, url_of, PICTURE), asked


@pytest.mark.parametrize(
    ("html", "expected", "url"),
    [
        ('<a href="http://a.example/">', '<a href="{}">', "http://a.example/"),
        ("<a href='http://a.example/?q=\"'>", "<a href='{}'>", "http://a.example/?q=%22"),
        ("<a href=http://a.example/>", "<a href={}>", "http://a.example/"),
        ('<A HREF="HTTP://A.example/">x</A>', '<A HREF="{}">x</A>', "HTTP://A.example/"),
        (
            '<a\n  class="b"\thref = "http://a.example/" id=c>',
            '<a\n  class="b"\thref = "{}" id=c>',
            "http://a.example/",
        ),
        ('<a title="a > b" href="http://a.example/">', '<a title="a > b" href="{}">', "http://a.example/"),
        (
            '<a title="href=\'http://b.example\'" href="http://a.example/">',
            '<a title="href=\'http://b.example\'" href="{}">',
            "http://a.example/",
        ),
        ('<a data-href="x" href="http://a.example/">', '<a data-href="x" href="{}">', "http://a.example/"),
        ('<a href="http://a.example/" href="b">', '<a href="{}" href="b">', "http://a.example/"),
        ('<a/href="http://a.example/"/>', '<a/href="{}"/>', "http://a.example/"),
        ('<a href=" \n http://a.example/b\nc ">', '<a href="{}">', "http://a.example/bc"),
        ('<a href="http://a.example/?a=1&amp;b=2">', '<a href="{}">', "http://a.example/?a=1&b=2"),
        ('<a href="http://a.example/?a=1&b=2">', '<a href="{}">', "http://a.example/?a=1&b=2"),
        ('<a href="http://a.example/?a&copy=2&notit;&amp&#x3d;&#61;">', '<a href="{}">', None),
        ('<a href="http://a.example/\u00e9 %C3%A9">', '<a href="{}">', "http://a.example/%C3%A9%20%C3%A9"),
        ("a < b <a href='http://a.example/'>", "a < b <a href='{}'>", "http://a.example/"),
        ("</style><a href='http://a.example/'>", "</style><a href='{}'>", "http://a.example/"),
        ("<!--> <a href='http://a.example/'>", "<!--> <a href='{}'>", "http://a.example/"),
        ("<!DOCTYPE html><a href='http://a.example/'>", "<!DOCTYPE html><a href='{}'>", "http://a.example/"),
    ],
)
def test_a_link_is_what_a_browser_takes_for_one(html: str, expected: str, url: str | None) -> None:
    found, asked = all_of(html)

    assert found == expected.format(OURS) + PICTURE
    assert asked == [url or "http://a.example/?a&copy=2&notit;&=="]


@pytest.mark.parametrize(
    "html",
    [
        '<!-- <a href="http://a.example/"> -->',
        '<!--[if mso]><a href="http://a.example/"><![endif]-->',
        "<script>\"<a href='http://a.example/'>\"</script>",
        "<STYLE>/*<a href='http://a.example/'>*/</STYLE>",
        '<title><a href="http://a.example/"></title>',
        '<textarea><a href="http://a.example/"></textarea>',
        '<plaintext><a href="http://a.example/">',
        "<script>\"</scripts><a href='http://a.example/'>\"",
        '<a data-no-track href="http://a.example/">',
        '<a href="http://a.example/" DATA-NO-TRACK="">',
        '<a name="b">',
        '<area href="http://a.example/">',
        '<abbr href="http://a.example/">',
        "<b title=\"<a href='http://a.example/'>\">",
        "</a href='http://a.example/'>",
        "< a href='http://a.example/'>",
        "<? <a href='http://a.example/'",
        '<a href="http://a.example/',
        "<a href='http://a.example/' ",
        "<a href=http://a.example/",
    ],
)
def test_what_a_browser_takes_for_no_link_stays(html: str) -> None:
    assert all_of(html) == (html + PICTURE, [])


def test_what_is_not_to_be_tracked_stays() -> None:
    html = '<a href="mailto:a@a.example">1</a><a href="#b">2</a><a href="">3</a><a href>4</a>'
    asked: list[str] = []

    assert tracked(html, asked.append, "") == html
    assert asked == ["mailto:a@a.example", "#b", "", ""]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a</p>", "<p>a</p><img>"),
        ("<body>a</body></html>", "<body>a<img></body></html>"),
        ("<BODY>a</BODY >\n", "<BODY>a<img></BODY >\n"),
        ("<body>a</body>b</body>c", "<body>a</body>b<img></body>c"),
        ("<body>a<!-- </body> -->", "<body>a<!-- </body> --><img>"),
        ("", "<img>"),
    ],
)
def test_the_picture_stands_at_the_end_of_the_body(html: str, expected: str) -> None:
    assert all_of(html)[0] == expected


_NOISE = st.lists(
    st.sampled_from(
        [
            *(
                "<a href=",
                "<a ",
                "<A HREF = ",
                "</a>",
                "<b>",
                "<",
                ">",
                "/",
                "=",
                "'",
                '"',
                " ",
                "\n",
                "&",
                "&amp;",
                ";",
            ),
            *(
                "http://a.example/",
                "https://b.example/?c=1&amp;d=2",
                "mailto:a@a.example",
                "#e",
                "href",
                "data-no-track",
            ),
            *(
                "<!--",
                "-->",
                "--",
                "!",
                "<script>",
                "</script>",
                "<style>",
                "</style>",
                "<title>",
                "</title",
                "</body>",
            ),
        ]
    )
    | st.text(max_size=3),
    max_size=40,
).map("".join)


@given(_NOISE)
def test_without_the_picture_and_with_the_links_put_back_a_letter_is_as_it_was(html: str) -> None:
    _, asked = all_of(html)
    pieces, done = list[str](), 0
    for number, url in enumerate(asked):
        start, end = _place_of_link(html, number)
        assert done <= start <= end
        assert not url.startswith("http") or "http" in html[start:end]
        pieces += (html[done:start], OURS)
        done = end
    expected = "".join([*pieces, html[done:]])

    found = tracked(html, lambda _: OURS, "<img>")

    at = found.rfind("<img>")
    assert found[:at] + found[at + len("<img>") :] == expected
    assert found[at + len("<img>") :][:6].lower() in ("", "</body")
    assert tracked(html, lambda _: None, "") == html


def _place_of_link(html: str, number: int) -> tuple[int, int]:
    """Seen by what changes when only this one is put in place."""
    count = iter(range(len(html)))
    mark = "\ue000"
    found = tracked(html.replace(mark, "?"), lambda _: mark if next(count) == number else None, "")
    before, _, after = found.partition(mark)
    assert html.replace(mark, "?").startswith(before)
    assert html.replace(mark, "?").endswith(after)
    return len(before), len(html) - len(after)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))


_WORDS = st.text(st.characters(codec="ascii", exclude_characters="<>\r&"), max_size=10)
_LINK = st.builds(
    lambda path, more, text: f'<a class="{escape(more)}" href="https://a.example/?{escape(path)}">{escape(text)}</a>',
    st.text("abc&=<>\"'%+;", max_size=20),
    _WORDS,
    _WORDS,
)
_PART = _LINK | _WORDS.map(escape) | _WORDS.map(lambda text: f"<!-- {text.replace('-', '')} -->")


@given(st.lists(_PART, max_size=10).map("".join))
def test_the_parser_of_the_library_finds_the_same_tags_before_and_after(html: str) -> None:
    asked: list[str] = []

    def url_of(url: str) -> str:
        asked.append(url)
        return f"https://c.example/c/{len(asked) - 1}"

    before, after = _Reader(), _Reader()
    before.feed(html)
    after.feed(tracked(html, url_of, ""))

    assert len(asked) == html.count("<a class=")
    put_back = [
        (
            tag,
            [
                (name, asked[int((value or "").rpartition("/")[2])] if name == "href" else value)
                for name, value in found
            ],
        )
        for tag, found in after.tags
    ]
    encoded = str.maketrans({'"': "%22", "<": "%3C", ">": "%3E"})
    assert put_back == [
        (tag, [(name, (value or "").translate(encoded) if name == "href" else value) for name, value in found])
        for tag, found in before.tags
    ]


@pytest.mark.parametrize(
    "html",
    [
        "<a " * 66_000,
        "<a <" * 50_000,
        "<" * 200_000,
        "</" * 100_000,
        "<!--" * 50_000,
        "<!--" + "--" * 100_000,
        "<script>" + "</script" * 25_000,
        "<a href='" * 20_000,
        "<a " + "=" * 200_000,
        "<a " + " ".join(f"a{number}" for number in range(30_000)),
        '<a href="' + "&" * 200_000 + '">',
        '<a href="&#' + "1" * 200_000 + '">',
        '<a href="https://' + "a." * 100_000 + '">',
        "<b></b>" * 28_000,
        '<a href="http://a.example/">' * 7_000,
    ],
)
def test_hostile_html_takes_no_longer_than_its_length(html: str) -> None:
    started = time.process_time()

    all_of(html)

    # Some 0.1 s; what reads on from each of them would take minutes.
    assert time.process_time() - started < 5
