from __future__ import annotations

import email
import email.policy
from dataclasses import replace

from dispatch.channels.letter import compose
from tests.dispatch.letters import LETTER


def test_only_html_is_a_letter_of_one_part() -> None:
    letter = email.message_from_bytes(compose(replace(LETTER, text=None)), policy=email.policy.default)

    assert letter.get_content_type() == "text/html"


def test_a_letter_tells_mail_programs_where_to_say_no_and_with_one_click_where_it_is_safe() -> None:
    token = "A1-_" * 40
    headers = {}
    for base in ("https://c.example/x", "http://127.0.0.1:8000"):
        raw = compose(replace(LETTER, leave_url=f"{base}/u/{token}"))
        # As it goes over the wire, in one line: no program reads a link that was encoded or folded.
        assert f"List-Unsubscribe: <{base}/u/{token}>\r\n".encode() in raw
        letter = email.message_from_bytes(raw, policy=email.policy.default)
        headers[base] = letter["List-Unsubscribe-Post"]
        assert letter["Subject"] == LETTER.subject

    assert headers == {"https://c.example/x": "List-Unsubscribe=One-Click", "http://127.0.0.1:8000": None}
    assert b"List-Unsubscribe" not in compose(LETTER)
