from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mjml import NotMjml, html_of


def letter(inside: str, head: str = "") -> str:
    return (
        f"<mjml><mj-head>{head}</mj-head><mj-body><mj-section><mj-column>{inside}</mj-column></mj-section></mj-body>"
        "</mjml>"
    )


@pytest.fixture
def web() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


def test_it_becomes_html_that_says_the_same() -> None:
    html = html_of(
        letter(
            '<mj-text css-class="größe">Käse &amp; <b>Brot</b> &eacute; &#xE9; &#x3C; 😀</mj-text>'
            '<mj-image src="x" alt="Tür"/>',
            '<mj-title>Tür</mj-title><mj-style>p:after{content:"é"}</mj-style>',
        )
    )

    assert html.startswith("<!doctype html>")
    for part in ("Käse &amp; <b>Brot</b> &eacute; é &#x3C; 😀", 'alt="Tür"', "<title>Tür</title>", 'content:"é"'):
        assert part in html
    assert "größe" in html
    assert "<mj-" not in html


@pytest.mark.parametrize("mjml", ["", "hello", "<html></html>", "<mj-text>a</mj-text>", "<mjml>", "<mjml><mj-body>"])
def test_what_is_not_mjml_is_not_quoted(mjml: str) -> None:
    with pytest.raises(NotMjml, match=r"^is not MJML, or has an mj-include$"):
        html_of(mjml)


@pytest.mark.parametrize("kind", ["mjml", "html", "css"])
def test_nothing_is_read_from_disk_or_network(kind: str, tmp_path: Path, web: socket.socket) -> None:
    part = tmp_path / "part.mjml"
    part.write_text("<mj-text>secret</mj-text>")
    for path in (str(part), part.as_uri(), f"http://127.0.0.1:{web.getsockname()[1]}/part"):
        with pytest.raises(NotMjml, match=r"^is not MJML, or has an mj-include$"):
            html_of(letter(f'<mj-include path="{path}" type="{kind}" />'))

    with pytest.raises(BlockingIOError):
        web.accept()


@pytest.mark.parametrize("tag", ["mj-hero", "mj-section", "mj-column", "mj-raw", "mj-text", "div", "mjml"])
def test_what_is_deep_as_allowed_does_not_run_off_the_stack(tag: str) -> None:
    deep = f"<{tag}>" * 1_990 + f"</{tag}>" * 1_990

    assert "</html>" in html_of(f"<mjml><mj-body>{deep}</mj-body></mjml>")
    with pytest.raises(NotMjml, match=r"^has more than 2,000 tags$"):
        html_of(f"<mjml><mj-body>{deep * 2}</mj-body></mjml>")


def test_text_on_which_the_library_breaks_off_is_taken(capfd: pytest.CaptureFixture[str]) -> None:
    html = html_of("<mjml><mj-body><mj-raw>Hé > secret</mj-raw></mj-body></mjml>")

    assert "Hé > secret" in html
    assert capfd.readouterr().err == ""


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*"<>/\"'=é0 ", "mj-text", "<mj-raw>", "</mj-text>", "<!--", "-->", "&", "1e9px"])))
def test_garbage_is_html_or_not_mjml_and_nothing_else(parts: list[str]) -> None:
    try:
        html = html_of(letter("".join(parts)))
    except NotMjml:
        return
    assert html
