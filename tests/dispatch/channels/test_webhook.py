from __future__ import annotations

import socket
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from dispatch.channels.registry import senders
from dispatch.channels.webhook import WebhookSender
from dispatch.channels.webhook_secrets import WebhookSecrets
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from dispatch.reachable import Reachable
from dispatch.settings import DispatchSettings
from graph.vocabulary import Channel
from tests.dispatch.http_provider import Asked, HttpProvider, Says, provider
from tests.dispatch.webhooks import BODY, LEASE_MS, NEW, NOTE, OLD, opened, sent, url


async def asked(there: HttpProvider, sender: WebhookSender | None = None, path: str = "/in?shop=1") -> Asked:
    """What a receiver gets."""
    assert await sent(sender or opened(), f"{there.url}{path}") == Accepted("200 OK")
    return there.asked[-1]


def verified(secret: str, request: Asked, body: bytes | None = None) -> Any:
    return Webhook(secret).verify(request.body if body is None else body, dict(request.headers))


async def test_the_receiver_gets_a_signed_request_that_its_own_secret_verifies() -> None:
    async with provider(Says()) as there:
        request = await asked(there)
        secret = opened().secret_for(f"{there.url}/in?shop=1")

        assert (request.method, request.path, request.query) == ("POST", "/in", "shop=1")
        assert request.body == BODY
        assert request.headers["content-type"] == "application/json"
        assert request.headers["webhook-id"] == NOTE.message_id
        assert abs(int(request.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
        assert verified(secret, request)["data"] == {"order": "A-1", "note": "fürü ☂", "paid": True}


async def test_another_secret_another_body_and_another_id_are_found_out() -> None:
    async with provider(Says()) as there:
        request = await asked(there)
        secret = opened().secret_for(f"{there.url}/in?shop=1")

        # The account's own secret signs nothing, and neither does that of another address or another account.
        for wrong in (
            NEW,
            opened().secret_for(f"{there.url}/in?shop=2"),
            opened(OLD).secret_for(f"{there.url}/in?shop=1"),
        ):
            with pytest.raises(WebhookVerificationError, match="No matching signature"):
                verified(wrong, request)
        with pytest.raises(WebhookVerificationError, match="No matching signature"):
            verified(secret, request, request.body.replace(b"A-1", b"A-2"))
        other = replace(request, headers={**request.headers, "webhook-id": "msg_01HVW3MNG00123456789ABCDEX"})
        with pytest.raises(WebhookVerificationError, match="No matching signature"):
            verified(secret, other)


async def test_while_secrets_rotate_the_old_and_the_new_one_verify_and_the_new_one_is_told() -> None:
    async with provider(Says()) as there:
        address = f"{there.url}/in"
        rotating = opened(NEW, old=OLD)
        request = await asked(there, rotating, "/in")

        assert [each[:3] for each in request.headers["webhook-signature"].split(" ")] == ["v1,", "v1,"]
        for known in (NEW, OLD):
            assert verified(opened(known).secret_for(address), request)["type"] == "message"
        assert rotating.secret_for(address) == opened(NEW).secret_for(address)
        after = await asked(there, opened(NEW), "/in")
        with pytest.raises(WebhookVerificationError):
            verified(opened(OLD).secret_for(address), after)


async def test_a_message_is_the_same_at_every_try_but_for_the_time_of_the_try() -> None:
    moments = iter((1_700_000_000.9, 1_700_000_300.0))
    secrets, loopback = WebhookSecrets.of(NEW), Reachable.beside(["127.0.0.0/8"])
    sender = WebhookSender(secrets, LEASE_MS, loopback, seconds=lambda: next(moments))
    async with provider(Says(503)) as there:
        for attempt in (1, 2):
            await sender.send(replace(NOTE, address=there.url + "/", attempt=attempt))
        await sender.close()

        first, second = there.asked
        assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
        assert first.headers["webhook-timestamp"] == "1700000000"
        assert second.headers["webhook-timestamp"] == "1700000300"
        assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
        for request in there.asked:
            moment = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
            expected = Webhook(opened().secret_for(there.url + "/")).sign(
                NOTE.message_id, moment, request.body.decode()
            )
            assert request.headers["webhook-signature"] == expected


def test_a_secret_belongs_to_the_address_as_the_graph_has_it() -> None:
    sender = opened()

    assert sender.secret_for("HTTPS://Hooks.Example.com/A") == sender.secret_for(" https://hooks.example.com/A ")
    assert sender.secret_for("https://hooks.example.com/A") != sender.secret_for("https://hooks.example.com/a")


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        (Says(200, b"hello reader"), Accepted("200 OK")),
        (Says(201), Accepted("201 Created")),
        (Says(202), Accepted("202 Accepted")),
        (Says(204), Accepted("204 No Content")),
        (Says(299), Accepted("299")),
        (Says(300), Deferred("300 Multiple Choices")),
        (Says(301), Deferred("301 Moved Permanently")),
        (Says(302), Deferred("302 Found")),
        (Says(304), Deferred("304 Not Modified")),
        (Says(307), Deferred("307 Temporary Redirect")),
        (Says(308), Deferred("308 Permanent Redirect")),
        (Says(400, b"no reader@example.org here"), Deferred("400 Bad Request")),
        (Says(401), Deferred("401 Unauthorized")),
        (Says(403), Deferred("403 Forbidden")),
        (Says(404), Deferred("404 Not Found")),
        (Says(405), Deferred("405 Method Not Allowed")),
        (Says(409), Deferred("409 Conflict")),
        (Says(410, headers={"Retry-After": "5"}), Refused("410 Gone", suppress=True)),
        (Says(413), Deferred("413 Request Entity Too Large")),
        (Says(422), Deferred("422 Unprocessable Entity")),
        (Says(429), Deferred("429 Too Many Requests")),
        (Says(429, headers={"Retry-After": "120"}), Deferred("429 Too Many Requests", after_ms=120_000)),
        (Says(500), Deferred("500 Internal Server Error")),
        (Says(502, headers={"Retry-After": "7"}), Deferred("502 Bad Gateway", after_ms=7_000)),
        (
            Says(503, headers={"Retry-After": "99999999999999"}),
            Deferred("503 Service Unavailable", after_ms=86_400_000),
        ),
        (Says(504), Deferred("504 Gateway Timeout")),
        (Says(599), Deferred("599")),
        (Says(hangs_up=True), Unknown("the connection was lost", at_fault=True)),
    ],
    ids=lambda value: f"{value.status}{value.headers.get('Retry-After', '')}" if isinstance(value, Says) else "",
)
async def test_an_answer_is_an_outcome_and_nothing_of_its_text_is_kept(says: Says, outcome: Outcome) -> None:
    async with provider(says) as there:
        assert await sent(opened(), f"{there.url}/in") == outcome
        assert len(there.asked) == 1


async def test_a_receiver_that_does_not_answer_may_have_it_and_a_try_ends_within_the_lease() -> None:
    async with provider(Says(hangs=True)) as there:
        assert await sent(opened(lease_ms=500), f"{there.url}/in") == Unknown("no answer in time", at_fault=True)
        assert [each.body for each in there.asked] == [BODY]


async def test_a_receiver_that_is_not_there_is_tried_later_and_by_no_other_account() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        assert await sent(opened(), f"http://127.0.0.1:{held.getsockname()[1]}/in") == Deferred(
            "no connection", at_fault=True
        )


async def test_a_redirect_leads_nowhere() -> None:
    async with (
        provider(Says()) as secret_place,
        provider(Says(307, headers={"Location": f"{secret_place.url}/private"})) as there,
    ):
        assert await sent(opened(), f"{there.url}/in") == Deferred("307 Temporary Redirect")

        assert (len(there.asked), secret_place.asked) == (1, [])


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ftp://hooks.example.com/",
        "//hooks.example.com/",
        "https:///in",
        "https://name:password@hooks.example.com/",
        "https://name@hooks.example.com/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com/\r\nX-One: 1",
        "https://hooks.example.com:port/",
    ],
)
async def test_what_can_be_no_webhook_is_refused_without_a_request_or_a_secret(address: str) -> None:
    outcome = await sent(opened(), address)

    assert outcome == Refused("the message has no address that can be called, or no data")
    with pytest.raises(ValueError, match=r"^(is|holds|has) ") as refused:
        opened().secret_for(address)
    assert "example.com" not in str(refused.value)


@pytest.mark.parametrize("changes", [{"payload": None}, {"payload": "{"}, {"message_id": "msg_1"}])
async def test_a_message_without_data_is_refused_without_a_request(changes: dict[str, str | None]) -> None:
    async with provider(Says()) as there:
        outcome = await sent(opened(), f"{there.url}/in", **changes)

        assert (outcome, there.asked) == (Refused("the message has no address that can be called, or no data"), [])


def test_an_account_is_named_by_its_option_and_opens_nothing() -> None:
    settings = DispatchSettings("redis://h", {"WEBHOOK_URL": (url(account="main"), url(OLD, account="old-shop"))})

    assert [each.provider for each in senders(Channel.WEBHOOK, settings)] == ["main", "old-shop"]


def test_a_secret_needs_no_escapes_where_its_letters_need_none() -> None:
    plain = NEW.replace("+", "-").replace("/", "_").rstrip("=")
    address = "https://hooks.example.com/"
    sender = WebhookSender.from_url(f"webhook://:{plain}@/?old={OLD}", "WEBHOOK_URL", LEASE_MS)

    assert sender.secret_for(address) == opened(NEW).secret_for(address)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("webhook://@/", "a secret is whsec_ and 24 to 64 bytes in base64, before the @ and in the option old"),
        ("webhook:///?allow=10.0.0.0/8", "a secret is whsec_ and 24 to 64 bytes in base64"),
        (url("whsec_c2hvcnQ="), "a secret is whsec_ and 24 to 64 bytes in base64"),
        (url("hush-hush"), "a secret is whsec_ and 24 to 64 bytes in base64"),
        (url(f"whsec_{'!' * 40}"), "a secret is whsec_ and 24 to 64 bytes in base64"),
        (url(f"whsec_{b64encode(bytes(65)).decode()}"), "a secret is whsec_ and 24 to 64 bytes in base64"),
        (url(NEW, old="hush-hush"), "a secret is whsec_ and 24 to 64 bytes in base64"),
        (url(NEW, allow="hush-hush"), "allow must be networks like 10.1.0.0/16, with commas between"),
        (url(NEW, allow="10.0.0.1/8"), "allow must be networks like 10.1.0.0/16, with commas between"),
        (url(NEW, http="allow"), "webhook has no option http"),
        (url(NEW, account="Hush Hush"), "account must be small letters"),
        (f"webhook://:{quote(NEW, safe='')}@hush-hush/", "webhook has neither a user nor a server"),
        (f"webhook://hush-hush:{quote(NEW, safe='')}@/", "webhook has neither a user nor a server"),
    ],
)
def test_a_wrong_url_names_the_variable_and_no_value(wrong: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"^WEBHOOK_URL: ") as refused:
        senders(Channel.WEBHOOK, DispatchSettings("redis://h", {"WEBHOOK_URL": (wrong,)}))

    assert message in str(refused.value)
    assert "ush-" not in str(refused.value)
    assert NEW[6:] not in str(refused.value)


def test_secrets_do_not_show() -> None:
    secrets = WebhookSecrets.of(NEW, OLD)

    assert repr(secrets) == "WebhookSecrets()"
