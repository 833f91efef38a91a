from __future__ import annotations

import pytest

from dispatch.provider_account import ProviderAccount

DEFAULT = "https://api.example.com"


def account(url: str) -> ProviderAccount:
    return ProviderAccount.from_url(url, "SMS_URL", DEFAULT)


def test_a_url_names_an_account() -> None:
    found = account("twilio+http://AC%3A1:to%40ken@127.0.0.1:80/v2/?account=main&from=%2B15550001")

    assert (found.provider, found.name, found.base_url) == ("twilio", "main", "http://127.0.0.1:80/v2")
    assert found.need_user_and_secret() == ("AC:1", "to@ken")
    assert (dict(found.options), found.need("from")) == ({"from": "+15550001"}, "+15550001")


def test_what_is_left_out_is_the_providers_own() -> None:
    found = account("twilio://u:s@/?from=1")

    assert (found.name, found.base_url) == ("twilio", DEFAULT)
    assert account("twilio://u:s@h").base_url == "https://h"
    assert account("twilio://u:s@[::1]:8").base_url == "https://[::1]:8"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("twilio://u:hush@h:port", "holds something that is not a URL"),
        ("twilio://u:hush@h?from", "holds something that is not a URL"),
        ("twilio://u:hush@h?from=1&from=2", "gives an option twice"),
        ("twilio://u:hush@h?account=Main!", "account must be small letters"),
    ],
)
def test_a_wrong_url_is_refused_by_the_name_of_its_variable(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=rf"^SMS_URL:? {says}") as caught:
        account(url)

    assert "hush" not in str(caught.value)


def test_what_is_missing_or_misspelled_is_named() -> None:
    found = account("twilio://:hush@h?form=1")

    with pytest.raises(ValueError, match="twilio needs the option from"):
        found.need("from")
    with pytest.raises(ValueError, match="twilio has no option form"):
        found.refuse_others("from")
    with pytest.raises(ValueError, match="twilio needs a user and a secret"):
        found.need_user_and_secret()


def test_secrets_do_not_show() -> None:
    assert "hush" not in repr(account("twilio://hush:hush@h?token=hush"))
