"""From a template to the mailbox, through the whole running stack."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from tests.flows.test_one_letter import new_subscriber, wait_until_sent

if TYPE_CHECKING:
    from tests.conftest import Stack

CREATE = """mutation ($key: String!, $html: String!) { createTemplate(input: {key: $key, title: "Order", content: {
  email: {subject: "Order {{ data.number }}", text: "Dear {{ profile.firstName }} of {{ resource.title }}", html: $html}
}}) { template { id } userErrors { message } } }"""
UPDATE = """mutation ($id: ID!) { updateTemplate(input: {template: $id, content: {sms: {text: "Hi"}}}) {
  template { version } userErrors { message } } }"""
NAME = """mutation ($id: ID!, $name: String!) { updateProfile(input: {profile: {id: $id}, set: {firstName: $name}}) {
  userErrors { message } } }"""
SEND = """mutation ($id: ID!, $profile: ID!, $key: String!) { sendMessage(input: {idempotencyKey: $key,
  profile: {id: $profile}, resource: {key: "shop"}, purpose: TRANSACTIONAL
  content: {template: $id}, data: {number: "47 & 11"}}) {
  outreach { messages { nodes { id subject } } } userErrors { message } } }"""
PREVIEW = """query ($id: ID!, $profile: ID!) { templatePreview(content: {template: $id}, profile: {id: $profile},
  channel: EMAIL, resource: {key: "shop"}, data: {number: "47 & 11"}) { subject text html userErrors { message } } }"""
HTML = "<p>{{ profile.firstName }}</p>{% for n in (1..2) %}<b>{{ n }}: {{ data.number }}</b>{% endfor %}"


def test_what_arrives_is_what_the_preview_showed(stack: Stack) -> None:
    address, profile = new_subscriber(stack)
    template = stack.ask(CREATE, key=f"order-{uuid.uuid4()}", html=HTML)["createTemplate"]["template"]["id"]
    stack.ask(NAME, id=profile, name="<Ann>")
    preview = stack.ask(PREVIEW, id=template, profile=profile)["templatePreview"]

    sent = stack.ask(SEND, id=template, profile=profile, key=f"order-{address}")["sendMessage"]
    # A newer version is none of this message's business, whether it has left by now or not.
    assert stack.ask(UPDATE, id=template)["updateTemplate"]["template"] == {"version": 2}

    wait_until_sent(stack, sent)
    (letter,) = stack.letters_to(address)
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert preview == {
        "subject": letter["Subject"],
        "text": plain.get_content().strip(),
        "html": html.get_content().strip(),
        "userErrors": [],
    }
    assert preview["subject"] == "Order 47 & 11"
    assert preview["html"] == "<p>&lt;Ann&gt;</p><b>1: 47 &amp; 11</b><b>2: 47 &amp; 11</b>"
    message = sent["outreach"]["messages"]["nodes"][0]
    kept = stack.ask("query ($id: ID!) { message(id: $id) { subject } }", id=message["id"])
    assert (message["subject"], kept) == (None, {"message": {"subject": "Order 47 & 11"}})
