from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest

from graph.subscribing.address import AddressKind, auth_secret, p256dh_key, routed
from graph.vocabulary import Channel, IdentifierType

TOKEN = "APA91b" + "x" * 150
ENDPOINT = "https://push.example/send/abc:DEF-1_2"


@pytest.mark.parametrize(
    ("kind", "value", "namespace", "channel", "identifier_type", "key"),
    [
        (AddressKind.EMAIL, "Ann@Example.com", "", Channel.EMAIL, IdentifierType.EMAIL, "EMAIL::ann@example.com"),
        (AddressKind.PHONE, "+44 20 7946 0000", "", Channel.SMS, IdentifierType.PHONE, "PHONE::+442079460000"),
        (AddressKind.WEB_PUSH, ENDPOINT, "", Channel.WEB_PUSH, IdentifierType.PUSH_TOKEN, f"PUSH_TOKEN::{ENDPOINT}"),
        (
            AddressKind.WEB_PUSH,
            "HTTPS://Push.Example/Send",
            "shop",
            Channel.WEB_PUSH,
            IdentifierType.PUSH_TOKEN,
            "PUSH_TOKEN:shop:https://push.example/Send",
        ),
        (
            AddressKind.MOBILE_PUSH,
            f" {TOKEN} ",
            "example.shop",
            Channel.MOBILE_PUSH,
            IdentifierType.PUSH_TOKEN,
            f"PUSH_TOKEN:example.shop:{TOKEN}",
        ),
        (AddressKind.TELEGRAM, "-42", "shopbot", Channel.TELEGRAM, IdentifierType.TELEGRAM, "TELEGRAM:shopbot:-42"),
        (
            AddressKind.WHATSAPP,
            "+442079460000",
            "",
            Channel.WHATSAPP,
            IdentifierType.WHATSAPP,
            "WHATSAPP::+442079460000",
        ),
        (AddressKind.VIBER, "u1/x=", "shopbot", Channel.VIBER, IdentifierType.VIBER, "VIBER:shopbot:u1/x="),
        (
            AddressKind.WEBHOOK,
            "http://Hooks.example:8080/In?a=B",
            "",
            Channel.WEBHOOK,
            IdentifierType.URL,
            "URL::http://hooks.example:8080/In?a=B",
        ),
    ],
)
def test_each_kind_of_address_has_its_channel_and_its_value(
    kind: AddressKind, value: str, namespace: str, channel: Channel, identifier_type: IdentifierType, key: str
) -> None:
    found_channel, found = routed(kind, value, namespace)
    assert (found_channel, found.type, found.namespace, found.key) == (channel, identifier_type, namespace, key)


def test_every_kind_has_a_channel_and_every_channel_a_kind() -> None:
    values = {AddressKind.EMAIL: "a@example.com", AddressKind.WEB_PUSH: ENDPOINT, AddressKind.WEBHOOK: ENDPOINT}
    assert {routed(kind, values.get(kind, "+442079460000"))[0] for kind in AddressKind} == set(Channel)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (AddressKind.EMAIL, "ann"),
        (AddressKind.PHONE, "020 7946 0000"),
        (AddressKind.WHATSAPP, "ann"),
        *((AddressKind.WEB_PUSH, each) for each in ("http://push.example/1", "push.example", "https://?push", "")),
        *(
            (AddressKind.WEBHOOK, each)
            for each in (
                "",
                "ftp://hooks.example",
                "https://ann:secret@hooks.example",
                "https://hooks.example/#part",
                "https://hooks.example:99999/",
                "https://hooks.example/two words",
                "https://hooks.example/\u00fc",
                "https://[::1",
                "https:///path",
            )
        ),
        (AddressKind.MOBILE_PUSH, ""),
        (AddressKind.MOBILE_PUSH, "x" * 2_001),
        (AddressKind.TELEGRAM, ""),
    ],
)
def test_what_cannot_be_an_address_is_refused_and_not_repeated(kind: AddressKind, value: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  # The text is asserted.
        routed(kind, value)
    assert not value or value not in str(refused.value)


def test_a_browsers_keys_are_a_point_of_the_curve_and_sixteen_bytes() -> None:
    point, secret = urlsafe_b64encode(b"\x04" + b"p" * 64).decode(), urlsafe_b64encode(b"s" * 16).decode()
    assert p256dh_key(point) == point.rstrip("=")
    assert auth_secret(secret) == secret.rstrip("=")
    for wrong in ("", "x", "\u00fc", secret, point.replace("c", "*"), urlsafe_b64encode(b"\x05" + b"p" * 64).decode()):
        with pytest.raises(ValueError, match="is not a browser's public key"):
            p256dh_key(wrong)
    with pytest.raises(ValueError, match="is not a browser's secret"):
        auth_secret(point)
