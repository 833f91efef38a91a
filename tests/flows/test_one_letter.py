"""From a mutation to the mailbox, through the whole running stack."""

from __future__ import annotations

import os
import signal
import statistics
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import psutil

from dispatch.redis_clients import SHORT_TIMEOUT_S as REDIS_SOCKET_TIMEOUT_S

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
mutation ($profile: ID!, $key: String!, $subject: String!, $purpose: MessagePurpose! = TRANSACTIONAL) {
  sendMessage(input: {
    idempotencyKey: $key, profile: {id: $profile}, resource: {key: "shop"}, purpose: $purpose
    content: {inline: {email: {subject: $subject, text: "Thank you for your order."}}}
  }) {
    replayed userErrors { code message field }
    outreach { id refusedBy messages { nodes { id messageState attempts { nodes { outcome } } } } }
  }
}
"""
STATUSES = "query ($id: ID!) { profile(by: {id: $id}) { subscriptions { nodes { status } } } }"
NODE = '{ node(id: "prf_none") { id } }'
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


def state_of(stack: Stack, payload: dict[str, Any]) -> str:
    message_id = payload["outreach"]["messages"]["nodes"][0]["id"]
    return str(stack.ask(MESSAGE, id=message_id)["message"]["messageState"])


def wait_until_sent(stack: Stack, payload: dict[str, Any]) -> None:
    wait_for(lambda: state_of(stack, payload) == "SENT", "a letter that is SENT")


def timed_sends(stack: Stack, profile: str, key: str) -> tuple[list[dict[str, Any]], float]:
    """Five payloads, and how many seconds the middle one of them took."""
    payloads, seconds = [], []
    for number in range(5):
        started = time.monotonic()
        payloads.append(send(stack, profile, f"{key}-{number}"))
        seconds.append(time.monotonic() - started)
    return payloads, statistics.median(seconds)


def patient_send(stack: Stack, profile: str, key: str) -> dict[str, Any]:
    """Again with the same key, as a client does: a graph that has just started is slow over its first plans."""
    deadline = time.monotonic() + 60
    while "errors" in stack.post(SEND, {"profile": profile, "key": key, "subject": "After the fall"}).json():
        assert time.monotonic() < deadline
        time.sleep(0.5)
    return send(stack, profile, key, "After the fall")


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


def test_news_tell_where_to_say_no_and_one_click_there_is_enough(stack: Stack) -> None:
    address, profile = new_subscriber(stack)
    news = stack.ask(SEND, profile=profile, key=f"news-{address}", subject="News", purpose="MARKETING")["sendMessage"]
    receipt = send(stack, profile, f"receipt-{address}")
    for payload in (news, receipt):
        wait_until_sent(stack, payload)
    links = {letter["Subject"]: letter["List-Unsubscribe"] for letter in stack.letters_to(address)}
    assert links["Your order"] is None
    link = str(links["News"]).strip("<>")
    assert link.startswith(f"{stack.url}/u/")

    shown = httpx.get(link, timeout=30)
    before = stack.ask(STATUSES, id=profile)
    clicked = httpx.post(link, data={"List-Unsubscribe": "One-Click"}, timeout=30)

    assert (shown.status_code, clicked.status_code) == (200, 200)
    assert before == {"profile": {"subscriptions": {"nodes": [{"status": "SUBSCRIBED"}]}}}
    assert stack.ask(STATUSES, id=profile) == {"profile": {"subscriptions": {"nodes": [{"status": "UNSUBSCRIBED"}]}}}
    again = stack.ask(SEND, profile=profile, key=f"more-{address}", subject="More", purpose="MARKETING")["sendMessage"]
    assert (again["outreach"]["refusedBy"], again["outreach"]["messages"]["nodes"]) == ("SUBSCRIPTION_STATUS", [])


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
    _, usual = timed_sends(stack, profile, f"redis-runs-{address}")
    redis = psutil.Process(stack.pid_of("redis"))
    redis.suspend()
    try:
        payloads, hanging = timed_sends(stack, profile, f"redis-hangs-{address}")
        for payload in payloads:
            stack.ask(MESSAGE, id=payload["outreach"]["messages"]["nodes"][0]["id"])
        assert hanging < 5 * usual + 0.2
        # One that waits for Redis waits as long as its socket does.
        assert hanging < REDIS_SOCKET_TIMEOUT_S * 0.8
    finally:
        redis.resume()

    for payload in payloads:
        wait_until_sent(stack, payload)
    assert len(stack.letters_to(address)) == 10


def test_a_hanging_graph_is_said_soon_and_all_goes_on_when_it_is_back(stack: Stack) -> None:
    neo4j = psutil.Process(stack.pid_of("neo4j"))
    assert stack.post(NODE).status_code == 200
    neo4j.suspend()
    try:
        for _ in range(3):
            started = time.monotonic()
            answer = stack.post(NODE)
            assert time.monotonic() - started < 10
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    finally:
        neo4j.resume()

    wait_for(lambda: stack.post(NODE).status_code == 200, "an answer of the graph")
    assert psutil.Process(stack.pid_of("neo4j")) == neo4j
    address, profile = new_subscriber(stack)
    wait_until_sent(stack, send(stack, profile, f"graph-hung-{address}"))
    assert len(stack.letters_to(address)) == 1


def test_a_killed_graph_is_started_again_and_a_letter_queued_afterwards_arrives(stack: Stack) -> None:
    address, profile = new_subscriber(stack)
    wait_until_sent(stack, send(stack, profile, f"graph-lives-{address}"))
    killed = stack.pid_of("neo4j")
    os.kill(killed, signal.SIGKILL)

    wait_for(lambda: stack.pid_of("neo4j") != killed, "another process of neo4j", 60)
    wait_for(lambda: stack.post(NODE).status_code == 200, "an answer of the graph", 90)
    payload = patient_send(stack, profile, f"graph-killed-{address}")

    wait_until_sent(stack, payload)
    # What was written before is still there, and was not sent again.
    assert [letter["Subject"] for letter in stack.letters_to(address)] == ["Your order", "After the fall"]
