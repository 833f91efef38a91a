"""From a mutation to the mailbox, through the whole running stack."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from tests.conftest import Stack

SUBSCRIBE = """
mutation ($address: String!) {
  subscribe(input: {
    profile: {identifier: {type: EMAIL, value: $address}}, resource: {key: "shop"}, address: {email: $address}
  }) { subscription { id profile { id } } userErrors { code message field } }
}
"""
SEND = """
mutation ($profile: ID!, $key: String!, $subject: String!) {
  sendMessage(input: {
    idempotencyKey: $key, profile: {id: $profile}, resource: {key: "shop"}, purpose: TRANSACTIONAL
    content: {inline: {email: {subject: $subject, text: "Thank you for your order."}}}
  }) {
    replayed userErrors { code message field }
    outreach { id refusedBy messages { nodes { id messageState attempts { nodes { outcome } } } } }
  }
}
"""
MESSAGE = "query ($id: ID!) { message(id: $id) { messageState attempts { nodes { outcome } } } }"


def new_subscriber(stack: Stack) -> tuple[str, str]:
    address = f"{uuid.uuid4().hex}@letters.example"
    payload = stack.ask(SUBSCRIBE, address=address)["subscribe"]
    assert payload["userErrors"] == []
    return address, payload["subscription"]["profile"]["id"]


def send(stack: Stack, profile: str, key: str, subject: str = "Your order") -> dict[str, Any]:
    payload: dict[str, Any] = stack.ask(SEND, profile=profile, key=key, subject=subject)["sendMessage"]
    assert payload["userErrors"] == []
    return payload


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 45.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true within {seconds} s"
        time.sleep(0.1)


def wait_until_sent(stack: Stack, payload: dict[str, Any]) -> None:
    message_id = payload["outreach"]["messages"]["nodes"][0]["id"]
    wait_for(lambda: stack.ask(MESSAGE, id=message_id)["message"]["messageState"] == "SENT", f"{message_id} is SENT")


def test_a_letter_arrives_once_and_the_same_key_sends_no_second(stack: Stack) -> None:
    address, profile = new_subscriber(stack)

    first = send(stack, profile, f"once-{address}")
    again = send(stack, profile, f"once-{address}")

    assert (first["replayed"], again["replayed"]) == (False, True)
    assert again["outreach"]["id"] == first["outreach"]["id"]
    wait_until_sent(stack, first)
    letters = stack.letters_to(address)
    assert [letter["Subject"] for letter in letters] == ["Your order"]
    assert letters[0].get_content().strip() == "Thank you for your order."
    third = send(stack, profile, f"once-{address}")
    assert third["outreach"]["messages"]["nodes"][0]["messageState"] == "SENT"
    assert len(stack.letters_to(address)) == 1


def test_an_unreachable_person_is_no_error_and_gets_no_letter(stack: Stack) -> None:
    profile = stack.ask(
        'mutation { upsertProfile(input: {identifiers: [{type: CUSTOM, namespace: "t", value: "no-address"}]}) '
        "{ profile { id } } }"
    )["upsertProfile"]["profile"]["id"]

    payload = send(stack, profile, f"unreachable-{uuid.uuid4()}")

    assert payload["outreach"]["refusedBy"] == "NO_SUBSCRIPTION"
    assert payload["outreach"]["messages"]["nodes"] == []


def test_a_letter_queued_while_redis_is_gone_arrives_after_it_is_back(stack: Stack) -> None:
    """Nobody does anything: `up` starts Redis again, and the sweeper finds the message."""
    address, profile = new_subscriber(stack)
    os.kill(stack.pid_of("redis"), signal.SIGKILL)

    payload = send(stack, profile, f"redis-gone-{address}")

    wait_until_sent(stack, payload)
    assert len(stack.letters_to(address)) == 1


def test_while_redis_hangs_mutations_and_queries_go_on_and_the_letter_arrives_later(stack: Stack) -> None:
    address, profile = new_subscriber(stack)
    redis = psutil.Process(stack.pid_of("redis"))
    redis.suspend()
    try:
        started = time.monotonic()
        payloads = [send(stack, profile, f"redis-hangs-{n}-{address}") for n in range(5)]
        for payload in payloads:
            stack.ask(MESSAGE, id=payload["outreach"]["messages"]["nodes"][0]["id"])
        # A socket that waits for Redis would take its timeout ten times over.
        assert time.monotonic() - started < 10
        assert stack.letters_to(address) == []
    finally:
        redis.resume()

    for payload in payloads:
        wait_until_sent(stack, payload)
    assert len(stack.letters_to(address)) == 5


def test_a_killed_worker_is_started_again_and_no_letter_is_lost(stack: Stack) -> None:
    address, profile = new_subscriber(stack)
    payloads = [send(stack, profile, f"worker-killed-{n}-{address}", f"Letter {n}") for n in range(20)]
    os.kill(stack.pid_of("worker"), signal.SIGKILL)

    for payload in payloads:
        wait_until_sent(stack, payload)

    # A message is handed over once, plus at most once for the crash; this one lost nothing and doubled next to nothing.
    subjects = [letter["Subject"] for letter in stack.letters_to(address)]
    assert set(subjects) == {f"Letter {n}" for n in range(20)}
    assert len(subjects) <= 40
