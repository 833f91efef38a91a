"""News with html, from a mutation over SMTP to a mailbox, and from there back by its picture and its link."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import httpx

from tests.flows.test_one_letter import new_subscriber, wait_for, wait_until_sent

if TYPE_CHECKING:
    from tests.conftest import Stack

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
OFFER = "https://shop.example/offer?a=1&b=2"
HTML = """<html><body>
<p>Good day. <a class="offer" href="https://shop.example/offer?a=1&amp;b=2">The offer</a></p>
<p><a href="mailto:shop@shop.example">Write to us</a></p>
</body></html>
"""
SEND = """
mutation ($profile: ID!, $key: String!, $html: String!, $purpose: MessagePurpose!) {
  sendMessage(input: {
    idempotencyKey: $key, profile: {id: $profile}, resource: {key: "shop"}, purpose: $purpose
    content: {inline: {email: {subject: "News", text: "See https://shop.example/offer?a=1", html: $html}}}
  }) { userErrors { code message field } outreach { id messages { nodes { id messageState } } } }
}
"""
MESSAGE = """
query ($id: ID!) {
  message(id: $id) { messageState openCount clickCount openedAt firstClickedAt receipts { nodes { eventType } } }
}
"""


def sent_letter(stack: Stack, purpose: str = "MARKETING") -> tuple[str, str, str]:
    """A message's id, and the text and the html that arrived."""
    address, profile = new_subscriber(stack)
    payload = stack.ask(SEND, profile=profile, key=f"tracked-{address}", html=HTML, purpose=purpose)["sendMessage"]
    assert payload["userErrors"] == []
    wait_until_sent(stack, payload)
    [letter] = stack.letters_to(address)
    parts = {part.get_content_type(): part.get_content() for part in letter.walk() if not part.is_multipart()}
    return payload["outreach"]["messages"]["nodes"][0]["id"], parts["text/plain"], parts["text/html"]


def message(stack: Stack, message_id: str) -> dict[str, Any]:
    found: dict[str, Any] = stack.ask(MESSAGE, id=message_id)["message"]
    return found


def test_a_letter_tells_that_it_was_opened_and_where_its_link_was_followed(stack: Stack) -> None:
    message_id, text, html = sent_letter(stack)
    [link] = re.findall(r'<a class="offer" href="([^"]+)">', html)
    [picture] = re.findall(r'<img src="([^"]+)" width="1" height="1" alt=""></body>', html)
    assert link.startswith(f"{stack.url}/c/")
    assert picture.startswith(f"{stack.url}/o/")
    assert text.strip() == "See https://shop.example/offer?a=1"
    assert 'href="mailto:shop@shop.example"' in html

    httpx.get(link, headers={"User-Agent": "Barracuda Sentinel (EE)"}, timeout=30)
    wait_for(lambda: bool(message(stack, message_id)["receipts"]["nodes"]), "a click of a scanner")
    scanned = message(stack, message_id)
    # Nobody reads a letter within two seconds of its sending.
    time.sleep(2.1)
    opened = httpx.get(picture, headers=BROWSER, timeout=30)
    wait_for(lambda: message(stack, message_id)["openCount"] == 1, "an open")
    after_open = message(stack, message_id)
    clicked = httpx.get(link, headers=BROWSER, timeout=30)
    wait_for(lambda: message(stack, message_id)["clickCount"] == 1, "a click")
    after_click = message(stack, message_id)

    assert (scanned["messageState"], scanned["openCount"], scanned["clickCount"]) == ("SENT", 0, 0)
    assert scanned["receipts"]["nodes"] == [{"eventType": "click.bot"}]
    assert (opened.status_code, opened.headers["content-type"]) == (200, "image/gif")
    assert (after_open["messageState"], after_open["firstClickedAt"]) == ("OPENED", None)
    assert after_open["openedAt"] is not None
    assert (clicked.status_code, clicked.headers["location"]) == (302, OFFER)
    assert (after_click["messageState"], after_click["openCount"]) == ("CLICKED", 1)
    assert after_click["openedAt"] == after_open["openedAt"]
    assert after_click["firstClickedAt"] > after_open["openedAt"]


def test_a_receipt_is_not_tracked(stack: Stack) -> None:
    _, _, html = sent_letter(stack, "TRANSACTIONAL")

    assert html.strip().splitlines() == HTML.strip().splitlines()
