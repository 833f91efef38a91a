from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.identifiers import identifier, identifier_key
from graph.vocabulary import IdentifierType


@pytest.mark.parametrize(
    ("kind", "namespace", "value", "key"),
    [
        (IdentifierType.EMAIL, "", " Ann.Lee@Example.COM ", "EMAIL::ann.lee@example.com"),
        (IdentifierType.PHONE, "", "+44 20 7946 0000", "PHONE::+442079460000"),
        (IdentifierType.EXTERNAL, "online-retail", "17850", "EXTERNAL:online-retail:17850"),
        (IdentifierType.CUSTOM, "", "a:b", "CUSTOM::a:b"),
    ],
)
def test_values_are_brought_into_one_form(kind: IdentifierType, namespace: str, value: str, key: str) -> None:
    assert identifier_key(kind, namespace, value) == key


@pytest.mark.parametrize(
    ("kind", "namespace", "value"),
    [
        (IdentifierType.EMAIL, "", "nobody"),
        (IdentifierType.EMAIL, "shop", "ann@example.com"),
        (IdentifierType.EMAIL, "", "a" * 65 + "@example.com"),
        (IdentifierType.PHONE, "", "020 7946 0000"),
        (IdentifierType.EXTERNAL, "a:b", "1"),
        (IdentifierType.EXTERNAL, "", "   "),
        (IdentifierType.CUSTOM, "", "a\x00b"),
        (IdentifierType.CUSTOM, "", "\ud800"),
        (IdentifierType.CUSTOM, "", "x" * 513),
    ],
)
def test_what_cannot_be_an_identifier_is_refused_without_repeating_it(
    kind: IdentifierType, namespace: str, value: str
) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        identifier(kind, namespace, value)

    assert value.strip() == "" or value not in str(refused.value)


def test_an_address_has_a_domain_in_lower_case_and_nothing_else_has_one() -> None:
    assert identifier(IdentifierType.EMAIL, "", "Ann@Mail.Example.COM").domain == "mail.example.com"
    assert identifier(IdentifierType.CUSTOM, "", "ann@example.com").domain is None


@given(st.sampled_from(IdentifierType), st.text(max_size=40))
def test_the_mask_never_shows_a_whole_value_and_normalising_twice_changes_nothing(
    kind: IdentifierType, value: str
) -> None:
    try:
        found = identifier(kind, "", value)
    except ValueError:
        return

    # A value of nothing but stars looks like its mask, and that shows nothing.
    assert found.value not in found.masked or set(found.value) == {"*"}
    assert identifier(kind, "", found.value).key == found.key
