from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.gateway.doubles import AUTHORIZATION, World

_SUBSCRIBE = {
    "profile": {"id": "prf_anna"},
    "resource": {"key": "shop"},
    "address": {"email": "anna@example.org"},
}
_SEND = {
    "profile": {"id": "prf_anna"},
    "resource": {"key": "shop"},
    "content": {"inline": {"email": {"subject": "Hello", "text": "Hello"}}},
    "idempotencyKey": "k-1",
}
_RESOURCE = {"key": "shop", "title": "The shop", "channels": ["EMAIL"], "sender": "shop@example.com"}


async def errors(mutation: str, **given: Any) -> list[tuple[str, str]]:
    """The codes and fields of what is wrong; nothing is asked of the graph, whose stand-in cannot write."""
    type_name = f"{mutation[0].upper()}{mutation[1:]}Input"
    query = f"mutation($input: {type_name}!) {{ {mutation}(input: $input) {{ userErrors {{ code field }} }} }}"
    world = World()
    transport = httpx.ASGITransport(world.app().asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=AUTHORIZATION) as client:
        answer = await client.post("/graphql", json={"query": query, "variables": {"input": given}})
    body = answer.json()
    assert "errors" not in body, body
    assert world.nudger.told == []
    return [(each["code"], ".".join(each["field"])) for each in body["data"][mutation]["userErrors"]]


@pytest.mark.parametrize("priority", [-1, 1_001, 2**31 - 1])
async def test_a_priority_is_between_0_and_1000(priority: int) -> None:
    assert await errors("subscribe", **_SUBSCRIBE, priority=priority) == [("INVALID", "priority")]


@pytest.mark.parametrize("kind", ["email", "phone"])
async def test_an_empty_address_is_wrong_where_it_was_given(kind: str) -> None:
    given = {**_SUBSCRIBE, "address": {kind: ""}}
    assert await errors("subscribe", **given) == [("INVALID", f"address.{kind}")]


async def test_everything_that_is_wrong_about_evidence_is_said_at_once() -> None:
    evidence = {
        "at": "2020-01-01T00:00:00Z",
        "ip": "300.1.1.1",
        "url": "https://shop.example/" + "a" * 2_000,
        "source": "f" * 201,
        "wording": "Yes" * 3_334,
    }
    assert await errors("subscribe", **_SUBSCRIBE, optIn=evidence) == [
        ("INVALID", "optIn.ip"),
        ("TOO_LONG", "optIn.url"),
        ("TOO_LONG", "optIn.source"),
        ("TOO_LONG", "optIn.wording"),
    ]


async def test_a_bell_is_no_part_of_a_wording_and_joined_emoji_are() -> None:
    wording = {"at": "2020-01-01T00:00:00Z", "wording": "Yes,\n\u00a0write to me \U0001f469\u200d\U0001f4bb", "ip": "?"}
    assert await errors("subscribe", **_SUBSCRIBE, optIn=wording) == [("INVALID", "optIn.ip")]
    bell = {"at": "2020-01-01T00:00:00Z", "wording": "Yes\a"}
    assert await errors("subscribe", **_SUBSCRIBE, optIn=bell) == [("INVALID", "optIn.wording")]


async def test_a_key_against_repetition_is_not_empty() -> None:
    assert await errors("subscribe", **_SUBSCRIBE, idempotencyKey="") == [("REQUIRED", "idempotencyKey")]
    assert await errors("sendMessage", **{**_SEND, "idempotencyKey": ""}) == [("REQUIRED", "idempotencyKey")]
    assert await errors("subscribe", **_SUBSCRIBE, idempotencyKey="k" * 201) == [("TOO_LONG", "idempotencyKey")]


async def test_a_subscriber_joins_at_most_100_categories_at_once() -> None:
    categories = [{"key": f"c{number}"} for number in range(101)]
    assert await errors("subscribe", **_SUBSCRIBE, categories=categories) == [("LIMIT_EXCEEDED", "categories")]


async def test_a_reason_has_at_most_1000_characters() -> None:
    target = {"subscription": "sub_1"}
    assert await errors("unsubscribe", target=target, reason="x" * 1_001) == [("TOO_LONG", "reason")]
    assert await errors("unsubscribe", target=target, reason="\0") == [("INVALID", "reason")]


@pytest.mark.parametrize("inline", [{}, {"email": None}])
async def test_content_for_no_channel_is_a_user_error(inline: dict[str, None]) -> None:
    given = {**_SEND, "content": {"inline": inline}}
    assert await errors("sendMessage", **given) == [("CONTENT_INVALID", "content.inline")]


async def test_a_letter_has_bounds() -> None:
    email = {"subject": "s" * 501, "text": "t" * 200_001, "html": "\0"}
    assert await errors("sendMessage", **{**_SEND, "content": {"inline": {"email": email}}}) == [
        ("TOO_LONG", "content.inline.email.text"),
        ("INVALID", "content.inline.email.html"),
        ("TOO_LONG", "content.inline.email.subject"),
    ]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"name": "Order Sent", "language": "english"}, [("INVALID", "name"), ("INVALID", "language")]),
        ({"header": {"image": "http://a.example/b.png"}}, [("INVALID", "header.image")]),
        ({"header": {"document": {"link": "x"}}}, [("INVALID", "header.document.link")]),
        ({"body": [{"text": "x"}, {"text": " "}]}, [("CONTENT_INVALID", "body.1.text")]),
        ({"body": [{"text": "x" * 1_025}]}, [("TOO_LONG", "body.0.text")]),
        ({"body": [{"text": "x", "name": "First Name"}]}, [("INVALID", "body.0.name")]),
        ({"body": [{"text": "x"}] * 51}, [("LIMIT_EXCEEDED", "body")]),
        ({"buttons": [{"index": 10, "url": "x"}]}, [("INVALID", "buttons.0.index")]),
        ({"buttons": [{"index": 0}]}, [("CONTENT_INVALID", "buttons.0")]),
        ({"buttons": [{"index": 0, "url": "x", "copyCode": "y"}]}, [("CONTENT_INVALID", "buttons.0")]),
        ({"buttons": [{"index": n % 10, "url": "x"} for n in range(11)]}, [("LIMIT_EXCEEDED", "buttons")]),
    ],
)
async def test_everything_that_is_wrong_about_a_template_of_whatsapp_is_said_where_it_is(
    given: dict[str, Any], wrong: list[tuple[str, str]]
) -> None:
    content = {"inline": {"whatsapp": {"name": "order_sent", "language": "en_US", **given}}}
    expected = [(code, f"content.inline.whatsapp.{path}") for code, path in wrong]
    assert await errors("sendMessage", **{**_SEND, "content": content}) == expected


async def test_a_letter_is_not_sent_on_another_channel() -> None:
    for name in ("priority", "last"):
        strategy = {name: {"channel": "SMS"}}
        assert await errors("sendMessage", **_SEND, strategy=strategy) == [("INVALID", f"strategy.{name}.channel")]


@pytest.mark.parametrize(
    "given",
    [{"value": "*@*"}, {"value": " "}, {"type": "PHONE", "value": "noreply@*"}, {"type": "EMAIL", "value": "x"}],
)
async def test_what_could_never_block_anything_is_a_user_error(given: dict[str, str]) -> None:
    assert await errors("blockIdentifierPlaceholder", **given) == [("INVALID", "value")]


async def test_a_change_of_an_identifier_says_all_that_is_wrong_at_once() -> None:
    wrong = {"type": "EMAIL", "value": "nobody"}
    given: dict[str, Any] = {"profile": {"identifier": wrong}, "identifier": wrong, "idempotencyKey": "k" * 201}
    evidence = {"at": "2020-01-01T00:00:00Z", "ip": "300.1.1.1"}
    expected = [("TOO_LONG", "idempotencyKey"), ("INVALID", "profile.identifier"), ("INVALID", "identifier")]

    assert await errors("addIdentifier", **given) == expected
    assert await errors("removeIdentifier", **given) == expected
    assert await errors("verifyIdentifier", **given, evidence=evidence) == [*expected, ("INVALID", "evidence.ip")]


async def test_a_resource_has_channels_and_a_bounded_number_of_categories() -> None:
    categories = [{"key": f"c{number}", "title": "News"} for number in range(101)]
    assert await errors("createResource", **{**_RESOURCE, "channels": []}, categories=categories) == [
        ("REQUIRED", "channels"),
        ("LIMIT_EXCEEDED", "categories"),
    ]
    long = {"title": "t" * 201, "senderName": "s" * 201, "key": "k" * 65}
    assert await errors("createResource", **{**_RESOURCE, **long}) == [
        ("INVALID", "key"),
        ("TOO_LONG", "title"),
        ("TOO_LONG", "senderName"),
    ]


@pytest.mark.parametrize(
    "title", ["Caf\u00e9\u00a0No.\u00a01", "For \U0001f469\u200d\U0001f4bb people", "\u0645\u062d\u0644"]
)
async def test_titles_in_any_script_are_fine(title: str) -> None:
    # The title is right, so only the wrong sender is named.
    given = {**_RESOURCE, "title": title, "sender": "nobody"}
    assert await errors("createResource", **given) == [("INVALID", "sender")]


@pytest.mark.parametrize("title", ["two\nlines", "a\u2028b", "bell\a", "tab\tbed"])
async def test_a_title_is_one_line_of_what_can_be_printed(title: str) -> None:
    assert await errors("createResource", **{**_RESOURCE, "title": title}) == [("INVALID", "title")]


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ({"webhook": "ftp://hooks.example"}, [("INVALID", "address.webhook")]),
        (
            {"telegram": {"bot": "", "chat": ""}},
            [("REQUIRED", "address.telegram.bot"), ("INVALID", "address.telegram.chat")],
        ),
        ({"viber": {"bot": "a bot", "chat": "1"}}, [("INVALID", "address.viber.chat")]),
        (
            {"mobilePush": {"provider": "APNS", "token": "", "app": ""}},
            [("REQUIRED", "address.mobilePush.app"), ("INVALID", "address.mobilePush.token")],
        ),
        (
            {"webPush": {"endpoint": "push", "p256dh": "x", "auth": "x"}},
            [
                ("INVALID", "address.webPush.p256dh"),
                ("INVALID", "address.webPush.auth"),
                ("INVALID", "address.webPush.endpoint"),
            ],
        ),
    ],
)
async def test_everything_that_is_wrong_about_an_address_is_said_where_it_is(
    address: dict[str, Any], wrong: list[tuple[str, str]]
) -> None:
    assert await errors("subscribe", **{**_SUBSCRIBE, "address": address}) == wrong
    assert await errors("replaceAddress", subscription="sub_1", address=address) == wrong


async def test_what_is_known_of_a_device_is_one_line_each() -> None:
    device = {"model": "two\nlines", "language": ""}
    assert await errors("subscribe", **_SUBSCRIBE, device=device) == [
        ("INVALID", "device.model"),
        ("REQUIRED", "device.language"),
    ]


async def test_a_token_that_nobody_signed_is_told_without_a_graph() -> None:
    assert await errors("confirmSubscription", token="x") == [("TOKEN_INVALID", "token")]
    assert await errors("confirmSubscription", token="x", ip="?") == [("INVALID", "ip")]


@pytest.mark.parametrize(
    ("mutation", "given", "wrong"),
    [
        ("setSubscriptionPriority", {"priority": 1_001}, ("INVALID", "priority")),
        ("archiveSubscription", {"reason": "x" * 1_001}, ("TOO_LONG", "reason")),
        ("restoreSubscription", {"reason": "\0"}, ("INVALID", "reason")),
        ("resumeSubscription", {"reason": "\0"}, ("INVALID", "reason")),
        ("suspendSubscription", {"until": "2030-01-01T00:00:00Z", "reason": "\0"}, ("INVALID", "reason")),
        (
            "setSubscriptionStatus",
            {"status": "INVALID", "evidence": {"at": "2020-01-01T00:00:00Z", "ip": "?"}},
            ("INVALID", "evidence.ip"),
        ),
    ],
)
async def test_a_change_of_a_subscription_is_checked_before_anything_is_asked(
    mutation: str, given: dict[str, Any], wrong: tuple[str, str]
) -> None:
    assert await errors(mutation, subscription="sub_1", **given) == [wrong]
