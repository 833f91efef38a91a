from __future__ import annotations

from collections.abc import Sequence

import pytest

from gateway.schema.inputs.content import ContentInput, EmailContentInput, InlineContentInput, content
from gateway.schema.inputs.problems import Problems
from graph.errors import UserError
from graph.sending.content import EmailContent
from graph.vocabulary import UserErrorCode

MJML = "<mjml><mj-body><mj-section><mj-column><mj-text>Käse</mj-text></mj-column></mj-section></mj-body></mjml>"
PATH = ("content", "inline", "email", "mjml")


def read(given: EmailContentInput) -> tuple[EmailContent | None, Sequence[UserError]]:
    problems = Problems()
    found = content(ContentInput(inline=InlineContentInput(email=given)), problems)
    return found.email, problems.found


def test_mjml_alone_is_a_letter_and_is_kept_as_html() -> None:
    email, problems = read(EmailContentInput(subject="Hello", mjml=MJML))

    assert problems == []
    assert email is not None
    assert email.html is not None
    assert email.html.startswith("<!doctype html>")
    assert "Käse" in email.html
    assert "mj-text" not in email.html
    assert email.text is None


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ({"mjml": MJML, "html": "<p>Hello</p>"}, UserErrorCode.CONTENT_INVALID, "Give html or mjml, not both."),
        ({"mjml": MJML, "html": ""}, UserErrorCode.CONTENT_INVALID, "Give html or mjml, not both."),
        ({"mjml": "<p>secret"}, UserErrorCode.CONTENT_INVALID, "This is not MJML, or has an mj-include."),
        ({"mjml": "<b>" * 2_001}, UserErrorCode.CONTENT_INVALID, "This has more than 2,000 tags."),
        ({"mjml": "x" * 200_001}, UserErrorCode.TOO_LONG, "May have at most 200,000 characters."),
        ({"mjml": "\0"}, UserErrorCode.INVALID, "Holds characters that cannot be printed."),
    ],
)
def test_wrong_mjml_is_the_callers_error(given: dict[str, str], code: UserErrorCode, message: str) -> None:
    _, problems = read(EmailContentInput(subject="Hello", text="Hello", **given))

    assert problems == [UserError(code, message, PATH, None)]


def test_html_that_became_too_long_is_refused() -> None:
    many = "<mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section>" * 200
    email, problems = read(EmailContentInput(subject="Hello", mjml=f"<mjml><mj-body>{many}</mj-body></mjml>"))

    assert email is not None
    assert email.html is not None
    length = f"{len(email.html):,}"
    message = f"Comes to {length} characters of HTML; at most 200,000 are taken."
    assert problems == [UserError(UserErrorCode.CONTENT_INVALID, message, PATH, None)]


@pytest.mark.parametrize("given", [{}, {"mjml": ""}, {"text": "", "html": ""}])
def test_a_letter_needs_one_of_them(given: dict[str, str]) -> None:
    _, problems = read(EmailContentInput(subject="Hello", **given))

    assert problems == [UserError(UserErrorCode.CONTENT_INVALID, "A letter needs text, html or mjml.", PATH[:-1], None)]
