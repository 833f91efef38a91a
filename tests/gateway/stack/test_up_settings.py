from __future__ import annotations

from pathlib import Path

import pytest

from gateway.stack.addresses import Addresses
from gateway.stack.memory import Memory
from gateway.stack.up_settings import UpSettings


def test_without_a_word_it_is_8000_on_loopback() -> None:
    settings = UpSettings.from_environment({})

    assert settings.url == "http://127.0.0.1:8000"
    assert settings.memory == Memory("512m", "256m")


def test_listening_everywhere_it_is_reached_on_loopback() -> None:
    assert UpSettings.from_environment({"HOST": "::", "PORT": "80"}).url == "http://127.0.0.1:80"


def test_an_address_of_version_6_is_put_in_brackets() -> None:
    assert UpSettings.from_environment({"HOST": "::1"}).url == "http://[::1]:8000"


def test_port_0_takes_any() -> None:
    assert UpSettings.from_environment({"PORT": "0"}).port > 0


def test_the_cache_may_be_elsewhere() -> None:
    assert UpSettings.from_environment({"CUSTOMER_GRAPH_CACHE": "/var/cache/cg"}).cache == Path("/var/cache/cg")


@pytest.mark.parametrize("text", ["-1", "65536", "http", "80 80"])
def test_a_port_that_is_none_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="PORT must be a number from 0 to 65535"):
        UpSettings.from_environment({"PORT": text})


@pytest.mark.parametrize("name", ["CUSTOMER_GRAPH_HEAP", "CUSTOMER_GRAPH_PAGE_CACHE"])
def test_a_size_that_java_does_not_know_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be a size like 512m or 2g, not '1 GB'"):
        UpSettings.from_environment({name: "1 GB"})


def test_rules_of_identifiers_are_checked_before_anything_starts_and_handed_on(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="CUSTOMER_GRAPH_ONE_PERSON_TYPES"):
        UpSettings.from_environment({"CUSTOMER_GRAPH_ONE_PERSON_TYPES": "COOKIE"})

    given = {"CUSTOMER_GRAPH_DATA": str(tmp_path), "CUSTOMER_GRAPH_ONE_PERSON_TYPES": "EXTERNAL,EMAIL"}
    addresses = Addresses.choose(UpSettings.from_environment(given))
    # Other commands read these from the running stack.
    assert addresses.values["CUSTOMER_GRAPH_ONE_PERSON_TYPES"] == "EXTERNAL,EMAIL"
    assert "CUSTOMER_GRAPH_PEOPLE_PER_VALUE" not in addresses.values
