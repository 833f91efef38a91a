from __future__ import annotations

import pytest

from dispatch.channels.registry import senders
from dispatch.settings import DispatchSettings
from graph.vocabulary import Channel


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("telegram://", "TELEGRAM_URL: telegram needs a user and a secret before the @"),
        ("telegram://123@h", "TELEGRAM_URL: telegram needs a user and a secret before the @"),
        ("telegram://shopbot:hidden@h", "TELEGRAM_URL: before the @ must stand the token as the BotFather gave it"),
        ("telegram://123:hid%2Fden@h", "TELEGRAM_URL: before the @ must stand the token as the BotFather gave it"),
        ("telegram://123:hidden@h?secrt=hidden", "TELEGRAM_URL: telegram has no option secrt"),
        (
            "telegram://123:hidden@h?secret=hid den",
            "TELEGRAM_URL: secret must be letters, digits, '_' and '-', 256 at most",
        ),
        (
            "telegram://123:hidden@h?account=Hidden",
            "TELEGRAM_URL: account must be small letters, digits and '-', 32 at most",
        ),
        ("telegrams://123:hidden@h", "TELEGRAM_URL must begin with telegram://"),
    ],
)
def test_a_wrong_url_names_the_variable_and_no_value(url: str, complaint: str) -> None:
    settings = DispatchSettings("redis://h", {"TELEGRAM_URL": (url,)})

    with pytest.raises(ValueError, match=r"^TELEGRAM_URL") as caught:
        senders(Channel.TELEGRAM, settings)

    assert str(caught.value) == complaint


def test_a_url_without_a_host_is_telegrams_own() -> None:
    [found] = senders(Channel.TELEGRAM, DispatchSettings("redis://h", {"TELEGRAM_URL": ("telegram://123:ABC@",)}))

    assert found.provider == "telegram"
    assert vars(found)["_url"] == "https://api.telegram.org/bot123:ABC/sendMessage"
